//! The lab's folder on the host.

use std::fmt;
use std::str::FromStr;

/// An absolute path without surprises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder(String);

impl FromStr for Folder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let part = |part: &str| {
            !matches!(part, "" | "." | "..") && !part.starts_with('-') && part.chars().all(plain)
        };
        match path.strip_prefix('/') {
            None => Err("the folder must be absolute, such as /srv/lab".to_owned()),
            Some(parts) if parts.split('/').all(part) && text.len() <= 200 => {
                Ok(Self(path.to_owned()))
            }
            Some(_) => Err("a path of letters, digits, dots, dashes and underscores, below \
                            the root, without `..`; no part begins with a dash"
                .to_owned()),
        }
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_absolute_path_will_do() {
        assert_eq!("/srv/lab/".parse::<Folder>().unwrap().to_string(), "/srv/lab");
        assert!("/tmp/.a-b_c/x.1".parse::<Folder>().is_ok());
        for bad in
            ["srv/lab", "", "/", "//", "/a//b", "/a/../b", "/a b", "/a;b", "/a$b", "/a'b", "/a/-x"]
        {
            assert!(bad.parse::<Folder>().is_err(), "{bad}");
        }
    }
}
