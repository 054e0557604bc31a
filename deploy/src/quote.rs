//! Words for shells, so that they arrive as they are.

/// For the login shell on the host, whichever it is: in single quotes, which POSIX shells,
/// csh and fish read alike as long as neither quote nor backslash nor `!` is between them.
/// Everything that is sent is checked to be without these; where one would be, nothing is
/// sent.
pub(crate) fn shell(word: &str) -> Option<String> {
    let safe = !word.contains(['\'', '\\', '!', '\n', '\0']);
    safe.then(|| format!("'{word}'"))
}

/// For rsync's `-e`, which is split at spaces and knows double quotes, doubled inside of
/// themselves, but no backslash.
pub(crate) fn rsync(word: &str) -> String {
    if word.contains([' ', '\'', '"']) || word.is_empty() {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

/// For a person, to be read and copied.
pub(crate) fn shown(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/@:=,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_shell_reads_alike_is_not_sent() {
        assert_eq!(shell("a=b $x").as_deref(), Some("'a=b $x'"));
        for bad in ["it's", "a\\b", "a!b", "a\nb"] {
            assert_eq!(shell(bad), None, "{bad}");
        }
    }

    #[test]
    fn rsync_doubles_its_quotes() {
        assert_eq!(rsync("-oBatchMode=yes"), "-oBatchMode=yes");
        assert_eq!(rsync("a b"), "\"a b\"");
        assert_eq!(rsync("x=\"a b\""), "\"x=\"\"a b\"\"\"");
        assert_eq!(rsync("it's"), "\"it's\"");
    }

    #[test]
    fn a_shown_command_can_be_copied() {
        assert_eq!(shown("/srv/lab"), "/srv/lab");
        assert_eq!(shown("it's"), "'it'\\''s'");
        assert_eq!(shown(""), "''");
    }
}
