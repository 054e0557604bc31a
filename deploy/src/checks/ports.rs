//! Ports: those that the stack wants, those that are taken, those that are its own.

/// A port that compose.yaml publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    /// The setting that moves it.
    pub(crate) variable: String,
    /// Where it is without that.
    default: u16,
    pub(crate) udp: bool,
    /// What the settings to be sent say.
    pub(crate) set: Option<u16>,
}

impl Port {
    /// Where it will be, by the settings that are sent, else by those of the host.
    pub(super) fn number(&self, host: &[(&str, &str)]) -> u16 {
        let of_host = || host.iter().rfind(|(name, _)| *name == self.variable);
        let of_host = || of_host().and_then(|(_, number)| number.parse().ok());
        self.set.or_else(of_host).unwrap_or(self.default)
    }
}

/// What is written `${VARIABLE:-8080}:80` or `…/udp` in compose.yaml.
pub(crate) fn ports(compose: &str) -> Vec<Port> {
    compose.split("${").skip(1).filter_map(port).collect()
}

fn port(text: &str) -> Option<Port> {
    let (inside, after) = text.split_once('}')?;
    let (variable, default) = inside.split_once(":-")?;
    let inner = after.strip_prefix(':')?;
    let end = inner.find(|c: char| !c.is_ascii_digit()).unwrap_or(inner.len());
    if end == 0 || !variable.ends_with("PORT") {
        return None;
    }
    Some(Port {
        variable: variable.to_owned(),
        default: default.parse().ok()?,
        udp: inner[end..].starts_with("/udp"),
        set: None,
    })
}

/// The value that a file of settings gives a variable.
pub(crate) fn settings<'a>(file: &'a str, variable: &str) -> Option<&'a str> {
    let pairs = file.lines().filter_map(|line| line.trim().split_once('='));
    let value = pairs.filter(|(name, _)| *name == variable).map(|(_, value)| value).next_back();
    value.map(|value| value.trim_matches(['"', '\'', ' ']))
}

/// `tcp:1F90`, as the kernel counts.
pub(super) fn listening(fact: &str) -> Option<(bool, u16)> {
    let (protocol, number) = fact.split_once(':')?;
    Some((protocol == "udp", u16::from_str_radix(number, 16).ok()?))
}

/// `0.0.0.0:8080->8080/tcp, 127.0.0.1:4317-4318->4317-4318/tcp`, as `docker ps` prints it.
pub(super) fn published(line: &str) -> Vec<(bool, u16)> {
    let each = line.split(", ").filter_map(|one| {
        let (outside, inside) = one.split_once("->")?;
        let (_, numbers) = outside.rsplit_once(':')?;
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let range = first.parse::<u16>().ok()?..=last.parse::<u16>().ok()?;
        let udp = inside.ends_with("/udp");
        Some(range.map(move |number| (udp, number)))
    });
    each.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labs_own_ports_are_found() {
        let ports = ports(include_str!("../../../compose.yaml"));
        let udp: Vec<_> = ports.iter().filter(|port| port.udp).collect();
        assert_eq!(udp.len(), 1);
        assert_eq!((udp[0].variable.as_str(), udp[0].default), ("LAB_SYSLOG_PORT", 5140));
        // And no other than those that can be set.
        let example = include_str!("../../../.env.example");
        let settings = example.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
        let mut settable: Vec<_> = settings.filter(|(name, _)| name.ends_with("_PORT")).collect();
        let numbers: Vec<_> = ports.iter().map(|port| port.default.to_string()).collect();
        let names = ports.iter().map(|port| port.variable.as_str());
        let mut found: Vec<_> = names.zip(numbers.iter().map(String::as_str)).collect();
        settable.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, settable);
    }

    #[test]
    fn what_is_sent_wins_over_what_is_there() {
        let mut port = ports("${LAB_PORT:-8080}:8080").remove(0);
        assert_eq!(port.number(&[]), 8080);
        assert_eq!(port.number(&[("LAB_PORT", "81"), ("LAB_PORT", "82")]), 82);
        port.set = Some(90);
        assert_eq!(port.number(&[("LAB_PORT", "81")]), 90);
    }

    #[test]
    fn docker_joins_neighbours() {
        assert_eq!(
            published("127.0.0.1:4317-4318->4317-4318/tcp, 127.0.0.1:5140->5140/udp, 80/tcp"),
            [(false, 4317), (false, 4318), (true, 5140)]
        );
        assert_eq!(published("[::]:8080->8080/tcp"), [(false, 8080)]);
    }

    #[test]
    fn the_last_setting_counts() {
        assert_eq!(settings("#X=1\nX=2\nX=\"3\"\n", "X"), Some("3"));
        assert_eq!(settings("XY=2\n", "X"), None);
    }
}
