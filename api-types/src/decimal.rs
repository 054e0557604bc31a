//! Whole numbers as decimal digits, without the standard formatting: the browser would
//! carry its machinery for these few lines.

/// Appends a number.
pub fn push(text: &mut String, number: u64) {
    push_padded(text, number, 1);
}

/// Appends a number with zeros in front, so that it has at least this many digits.
pub fn push_padded(text: &mut String, number: u64, digits: u32) {
    if number >= 10 || digits > 1 {
        push_padded(text, number / 10, digits.saturating_sub(1));
    }
    text.push(char::from(b"0123456789"[(number % 10) as usize]));
}

/// A number of its own.
#[must_use]
pub fn text(number: u64) -> String {
    let mut text = String::new();
    push(&mut text, number);
    text
}

/// The value of ASCII digits; `None` for anything else and for more than 18 of them.
#[must_use]
pub fn parse(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u64::from(digit - b'0');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_and_go() {
        for number in [0, 9, 10, 12_345, 999_999_999_999_999_999] {
            assert_eq!(text(number), number.to_string());
            assert_eq!(parse(text(number).as_bytes()), Some(number));
        }
        assert_eq!(text(u64::MAX), u64::MAX.to_string());
        let mut padded = String::new();
        push_padded(&mut padded, 42, 4);
        assert_eq!(padded, "0042");
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in ["", "-1", "1 ", "1.0", "1234567890123456789", "１"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
