//! What a release is called.

use std::fmt;
use std::str::FromStr;

/// A folder's name and the tag of its images at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version(String);

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let first = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let fits = text.chars().all(|c| first(c) || c == '-' || c == '.');
        if text == "latest" {
            return Err("`latest` is the tag of images that belong to no release".to_owned());
        }
        if text.starts_with(first) && fits && text.len() <= 100 {
            Ok(Self(text.to_owned()))
        } else {
            Err("letters, digits, dots, dashes and underscores, a letter or a digit first, \
                 at most 100: it becomes a folder and the tag of images"
                .to_owned())
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Version {
    /// The nearest name to one that git has given, whose tags know more characters.
    pub(crate) fn from_git(described: &str) -> Result<Self, String> {
        let harmless =
            |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        described.chars().map(harmless).collect::<String>().parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_can_be_a_folder_and_a_tag() {
        assert!("v1.2-3-gabc_d".parse::<Version>().is_ok());
        for bad in ["", "a/b", ".a", "-a", "..", "a b", "a:b", "latest", &"x".repeat(101)] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tag_of_git_is_made_to_fit() {
        assert_eq!(Version::from_git("release/1.0+x").unwrap().to_string(), "release-1.0-x");
    }
}
