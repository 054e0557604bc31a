//! Who and where: `user@host:port`.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// A host that ssh can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    /// Without it ssh decides, by its configuration.
    pub(crate) user: Option<String>,
    /// A name, an alias of ssh's configuration, or an address; IPv6 without brackets.
    pub(crate) name: String,
    pub(crate) port: Option<u16>,
}

const EXPECTED: &str = "expected user@host or user@host:port, with letters, digits, dots, \
                        dashes and underscores; IPv6 in brackets";

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (user, place) = match text.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (name, port) = match place.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(Some((address, rest))) if address.parse::<Ipv6Addr>().is_ok() => {
                (address, if rest.is_empty() { None } else { rest.strip_prefix(':').or(Some("")) })
            }
            Some(_) => return Err(EXPECTED.to_owned()),
            None => match place.split_once(':') {
                Some((name, port)) => (plain(name)?, Some(port)),
                None => (plain(place)?, None),
            },
        };
        let port = match port {
            None => None,
            Some(port) => match port.parse() {
                Ok(0) | Err(_) => return Err("the port must be from 1 to 65535".to_owned()),
                Ok(port) => Some(port),
            },
        };
        let user = user.map(plain).transpose()?.map(str::to_owned);
        Ok(Self { user, name: name.to_owned(), port })
    }
}

/// What begins with a dash would be an option of ssh.
fn plain(word: &str) -> Result<&str, String> {
    let ok = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if word.is_empty() || word.len() > 253 || word.starts_with('-') || !word.chars().all(ok) {
        return Err(EXPECTED.to_owned());
    }
    Ok(word)
}

impl Host {
    /// The form that rsync wants before the colon.
    pub(crate) fn for_rsync(&self) -> String {
        if self.name.contains(':') { format!("[{}]", self.name) } else { self.name.clone() }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        f.write_str(&self.for_rsync())?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_port_may_be_left_out() {
        let host: Host = "deploy@lab.example.org:2222".parse().unwrap();
        assert_eq!((host.user.as_deref(), host.port), (Some("deploy"), Some(2222)));
        assert_eq!(host.name, "lab.example.org");
        let host: Host = "lab".parse().unwrap();
        assert_eq!((host.user, host.name.as_str(), host.port), (None, "lab", None));
    }

    #[test]
    fn ipv6_stands_in_brackets() {
        let host: Host = "root@[::1]:22".parse().unwrap();
        assert_eq!((host.name.as_str(), host.port), ("::1", Some(22)));
        assert_eq!(host.for_rsync(), "[::1]");
        assert_eq!(host.to_string(), "root@[::1]:22");
        assert!("root@[::1]22".parse::<Host>().is_err());
    }

    #[test]
    fn nothing_that_a_program_could_take_for_something_else_passes() {
        for bad in ["", "a b", "-oProxyCommand=x", "u@-h", "-u@h", "u@h:0", "u@h:x", "u@h:", "@h"] {
            assert!(bad.parse::<Host>().is_err(), "{bad}");
        }
        for bad in
            ["u@", "a@b@c", "u@h;id", "u@$(id)", "u@h/x", "a@b@c d", "u@h:70000", "u@[x]", "u@h\nx"]
        {
            assert!(bad.parse::<Host>().is_err(), "{bad}");
        }
    }
}
