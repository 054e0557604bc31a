//! The `tracestate` header (W3C Trace Context, section 3.3).

use opentelemetry::trace::TraceState;

/// A list with more members is invalid.
const MAX_MEMBERS: usize = 32;
/// Characters that are passed on; a specification-abiding sender expects no less. Each
/// waiting span carries the list, so more would let a client fill the queues' memory.
const MAX_LENGTH: usize = 512;
/// Longer members go first where the list is too long.
const LONG_MEMBER: usize = 128;

/// Reads all `tracestate` headers of a request, in their order, as one list. A list
/// that breaks a rule counts as none: half of one could mislead its owner.
pub(super) fn parse(headers: &[&str]) -> TraceState {
    let mut members = members(headers).unwrap_or_default();
    // The SDK's type has no place for some keys that the specification's second level
    // allows: several `@`, or more than 13 characters after one.
    members.retain(|member| TraceState::from_key_value([*member]).is_ok());
    truncate(&mut members);
    TraceState::from_key_value(members).unwrap_or_default()
}

/// The list's members; `None` where it is invalid. Empty members are allowed. Of two
/// with one key the left is the newer and stays.
fn members<'h>(headers: &[&'h str]) -> Option<Vec<(&'h str, &'h str)>> {
    let mut members: Vec<(&str, &str)> = Vec::new();
    let parts = headers.iter().flat_map(|header| header.split(','));
    let parts = parts.map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty());
    for (at, part) in parts.enumerate() {
        let (key, value) = part.split_once('=')?;
        if at == MAX_MEMBERS || !is_key(key) || !is_value(value) {
            return None;
        }
        if members.iter().all(|(known, _)| *known != key) {
            members.push((key, value));
        }
    }
    Some(members)
}

/// The grammar of the specification's second level, which contains the first's with its
/// `tenant@system` form.
fn is_key(key: &str) -> bool {
    let starts =
        key.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
    let rest =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    starts && key.len() <= 256 && key.bytes().all(rest)
}

/// Printable ASCII without the separators. It does not end with a space: that was
/// optional white space and is gone by now.
fn is_value(value: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=';
    (1..=256).contains(&value.len()) && value.bytes().all(allowed)
}

/// Takes whole members out until the list is short enough: long ones first, then from
/// the end ("tracestate Limits").
fn truncate(members: &mut Vec<(&str, &str)>) {
    let length = |(key, value): &(&str, &str)| key.len() + 1 + value.len();
    let list = |members: &[(&str, &str)]| {
        members.iter().map(length).sum::<usize>() + members.len().saturating_sub(1)
    };
    while list(members) > MAX_LENGTH {
        let long = members.iter().rposition(|member| length(member) > LONG_MEMBER);
        members.remove(long.unwrap_or(members.len() - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `count` members `k00=v` and so on.
    fn numbered(count: usize) -> String {
        (0..count).map(|at| format!("k{at:02}=v")).collect::<Vec<_>>().join(",")
    }

    fn header(headers: &[&str]) -> String {
        parse(headers).header()
    }

    #[test]
    fn lists_are_read_in_order() {
        for (headers, list) in [
            (vec!["foo=1"], "foo=1"),
            (vec!["foo=1,bar=2", "rojo=1", "congo=2"], "foo=1,bar=2,rojo=1,congo=2"),
            (vec!["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"),
            (vec!["\t foo=1 \t"], "foo=1"),
            (vec!["", "foo=1", " ", ",,\t,", "bar=2,"], "foo=1,bar=2"),
            (vec![""], ""),
            (vec![" , "], ""),
            (vec![], ""),
            // Leading spaces belong to the value, trailing ones do not.
            (vec!["foo=  1  ,bar= 2"], "foo=  1,bar= 2"),
            // The left one of two with the same key is the newer.
            (vec!["foo=1,bar=2,foo=3"], "foo=1,bar=2"),
            (vec!["foo=1", "foo=1"], "foo=1"),
        ] {
            assert_eq!(header(&headers), list, "{headers:?}");
        }
    }

    #[test]
    fn every_character_of_the_grammar_passes() {
        let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
        let value: String = (' '..='~').filter(|char| !",=".contains(*char)).collect();
        for key in [key.to_owned(), format!("{key}@a-z0-9_-*/"), "0tenant@system".to_owned()] {
            let list = format!("{key}={value}");
            assert_eq!(header(&[&list]), list);
        }
        let longest = format!("{}={}", "k".repeat(256), "v".repeat(255));
        assert_eq!(header(&[&longest]), longest);
    }

    #[test]
    fn one_bad_member_voids_the_list() {
        for bad in [
            "foo".to_owned(),
            "=1".to_owned(),
            "foo=".to_owned(),
            "foo= ".to_owned(),
            "foo=bar=baz".to_owned(),
            "foo=a\tb".to_owned(),
            "foo=é".to_owned(),
            "foo=\u{7f}".to_owned(),
            "foo =1".to_owned(),
            "FOO=1".to_owned(),
            "foo.bar=1".to_owned(),
            "@foo=1".to_owned(),
            "_foo=1".to_owned(),
            "fóo=1".to_owned(),
            "foo;x=1".to_owned(),
            format!("{}=1", "z".repeat(257)),
            format!("foo={}", "1".repeat(257)),
        ] {
            assert_eq!(header(&[&format!("good=1,{bad}")]), "", "{bad}");
            assert_eq!(header(&["good=1", &bad]), "", "{bad}");
        }
    }

    #[test]
    fn a_key_that_the_sdk_cannot_hold_goes_alone() {
        for key in ["foo@@bar", "foo@bar@baz", "t@vvvvvvvvvvvvvv"] {
            assert_eq!(header(&[&format!("good=1,{key}=2")]), "good=1");
        }
        // When this fails the SDK has caught up, and `retain` above can go.
        assert!(TraceState::from_key_value([("t@vvvvvvvvvvvvvv", "1")]).is_err());
    }

    #[test]
    fn thirty_two_members_are_the_most() {
        assert_eq!(header(&[&numbered(32)]), numbered(32));
        assert_eq!(header(&[&numbered(33)]), "");
        assert_eq!(header(&[&numbered(20), &numbered(13)]), "");
        assert_eq!(header(&[&(",".repeat(100) + &numbered(32))]), numbered(32));
    }

    #[test]
    fn a_long_list_loses_long_members_and_then_its_end() {
        let member = |key: &str, length: usize| format!("{key}={}", "v".repeat(length - 2));
        let list = |members: &[String]| members.join(",");
        let (a, b, c, d) = (member("a", 129), member("b", 128), member("c", 129), member("d", 128));
        // 129 + 128 + 129 + 123 and three commas.
        let fits = list(&[a.clone(), b.clone(), c.clone(), member("e", 123)]);
        assert_eq!((fits.len(), header(&[&fits])), (512, fits.clone()));
        assert_eq!(
            header(&[&list(&[a.clone(), b.clone(), c.clone(), d.clone()])]),
            list(&[a, b.clone(), d.clone()])
        );
        let short = [b, member("e", 128), member("f", 128), d, member("g", 100)];
        assert_eq!(header(&[&list(&short)]), list(&short[..3]));
    }
}
