//! The compose project's name.

use std::fmt;
use std::str::FromStr;

/// A name by [compose's rule](https://docs.docker.com/compose/how-tos/project-name/):
/// lower case letters, digits, dashes and underscores, the first a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project(String);

impl FromStr for Project {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let first = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let fits = text.chars().all(|c| first(c) || c == '-' || c == '_');
        if text.starts_with(first) && fits && text.len() <= 63 {
            Ok(Self(text.to_owned()))
        } else {
            Err("lower case letters, digits, dashes and underscores, a letter or a digit \
                 first, at most 63"
                .to_owned())
        }
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compose_decides_what_a_project_is_called() {
        assert!("lab-2_x".parse::<Project>().is_ok());
        for bad in ["", "Lab", "-lab", "_lab", "la b", "lab;x", "lab/x", &"x".repeat(64)] {
            assert!(bad.parse::<Project>().is_err(), "{bad}");
        }
    }
}
