//! The `traceparent` header (W3C Trace Context, section 3.2).

use opentelemetry::trace::{SpanId, TraceFlags, TraceId};

/// The length of version 00, and the part of later versions that is known.
const LENGTH: usize = 55;

/// Reads the header; `None` is a reason to start a new trace. Of the flags only
/// "sampled" has a meaning in version 00, the others are not passed on.
pub(super) fn parse(header: &str) -> Option<(TraceId, SpanId, TraceFlags)> {
    let header = header.trim_matches([' ', '\t']);
    if !is_well_formed(header.as_bytes()) {
        return None;
    }
    let trace_id = TraceId::from_hex(header.get(3..35)?).ok()?;
    let span_id = SpanId::from_hex(header.get(36..52)?).ok()?;
    let flags = u8::from_str_radix(header.get(53..LENGTH)?, 16).ok()?;
    let valid = trace_id != TraceId::INVALID && span_id != SpanId::INVALID;
    valid.then(|| (trace_id, span_id, TraceFlags::new(flags) & TraceFlags::SAMPLED))
}

/// `version "-" trace-id "-" parent-id "-" trace-flags` in lower-case hexadecimal, with
/// more fields only in a version that is yet to come.
fn is_well_formed(header: &[u8]) -> bool {
    let Some((head, rest)) = header.split_at_checked(LENGTH) else {
        return false;
    };
    let dashes = [2, 35, 52];
    let head_ok = head.iter().enumerate().all(|(at, byte)| {
        if dashes.contains(&at) { *byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') }
    });
    let rest_ok = match &head[..2] {
        b"ff" => false,
        b"00" => rest.is_empty(),
        _ => rest.first().is_none_or(|byte| *byte == b'-'),
    };
    head_ok && rest_ok
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

    #[test]
    fn well_formed_headers_are_read() {
        for (header, sampled) in [
            (format!("00-{IDS}-01"), true),
            (format!("00-{IDS}-00"), false),
            // Other flags are ignored.
            (format!("00-{IDS}-03"), true),
            (format!("00-{IDS}-fe"), false),
            (format!("00-{IDS}-ff"), true),
            // Versions to come may have more fields.
            (format!("cc-{IDS}-01"), true),
            (format!("cc-{IDS}-01-"), true),
            (format!("cc-{IDS}-01-what-the-future-will-be-like"), true),
            (format!("fe-{IDS}-00-01"), false),
            (format!(" \t00-{IDS}-01\t "), true),
        ] {
            let (trace_id, span_id, flags) = parse(&header).unwrap();
            assert_eq!(format!("{trace_id}-{span_id}"), IDS, "{header}");
            assert_eq!(flags, TraceFlags::new(u8::from(sampled)), "{header}");
        }
    }

    #[test]
    fn all_others_are_refused() {
        let upper = IDS.to_uppercase();
        for header in [
            // Versions.
            format!("ff-{IDS}-01"),
            format!("FE-{IDS}-01"),
            format!("0-{IDS}-01"),
            format!("000-{IDS}-01"),
            format!("0x-{IDS}-01"),
            format!(".0-{IDS}-01"),
            format!("+0-{IDS}-01"),
            // Version 00 ends after the flags.
            format!("00-{IDS}-01-"),
            format!("00-{IDS}-01-more"),
            format!("00-{IDS}-01.more"),
            format!("00-{IDS}-01,00-{IDS}-01"),
            // Later ones continue with a dash.
            format!("cc-{IDS}-01.extra"),
            format!("cc-{IDS}-011"),
            format!("cc-{IDS}-1"),
            // Ids.
            "00-00000000000000000000000000000000-b7ad6b7169203331-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01".to_owned(),
            format!("00-{upper}-01"),
            "00-0af7651916cd43dd8448eb211c80319C-b7ad6b7169203331-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333A-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c1-b7ad6b7169203331-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692033311-01".to_owned(),
            "00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned(),
            "00-0af7651916cd43dd8448eb211c80319c-+7ad6b7169203331-01".to_owned(),
            // Flags.
            format!("00-{IDS}-0"),
            format!("00-{IDS}-0x"),
            format!("00-{IDS}-.1"),
            format!("00-{IDS}-0A"),
            format!("00-{IDS}-001"),
            format!("00-{IDS}-"),
            format!("00-{IDS}"),
            // Delimiters and what is no text of its kind at all.
            format!("00-{IDS}-01").replace('-', "_"),
            format!("00--{IDS}-01"),
            format!("\u{b}00-{IDS}-01"),
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-1".to_owned(),
            "garbage".to_owned(),
            "-".repeat(LENGTH),
            String::new(),
        ] {
            assert_eq!(parse(&header), None, "{header}");
        }
    }
}
