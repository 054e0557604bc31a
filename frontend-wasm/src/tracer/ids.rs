//! Trace and span ids, drawn from a pool of random bytes.

/// Bytes that one refill asks of the random source: a call across the boundary to
/// JavaScript serves about twenty traced requests.
const POOL: usize = 512;

/// 16 random bytes, never all zero (W3C Trace Context §3.2.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId(pub [u8; 16]);

/// 8 random bytes, never all zero (W3C Trace Context §3.2.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanId(pub [u8; 8]);

impl TraceId {
    /// 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl SpanId {
    /// 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

/// Fills the whole slice with random bytes.
pub type Fill = Box<dyn FnMut(&mut [u8])>;

/// Hands out ids from random bytes that it fetches in bulk.
pub struct IdPool {
    bytes: [u8; POOL],
    used: usize,
    fill: Fill,
}

impl IdPool {
    /// A pool over `fill`, which is first called when the first id is drawn.
    #[must_use]
    pub fn new(fill: Fill) -> Self {
        Self { bytes: [0; POOL], used: POOL, fill }
    }

    /// A new trace's id.
    pub fn trace_id(&mut self) -> TraceId {
        let mut id = TraceId([0; 16]);
        self.draw(&mut id.0);
        id
    }

    /// A new span's id.
    pub fn span_id(&mut self) -> SpanId {
        let mut id = SpanId([0; 8]);
        self.draw(&mut id.0);
        id
    }

    fn draw(&mut self, id: &mut [u8]) {
        if self.used + id.len() > POOL {
            (self.fill)(&mut self.bytes);
            self.used = 0;
        }
        let mut all = 0;
        for (to, from) in id.iter_mut().zip(self.bytes.iter().skip(self.used)) {
            *to = *from;
            all |= *from;
        }
        self.used += id.len();
        if let (0, Some(last)) = (all, id.last_mut()) {
            // An id of zeros means "no trace"; a source that yields them would
            // otherwise be asked for ever.
            *last = 1;
        }
    }
}

/// Appends `bytes` as lower-case hexadecimal digits.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(char::from(hex_digit(byte >> 4)));
        text.push(char::from(hex_digit(byte & 15)));
    }
}

/// Reads exactly twice as many lower-case hexadecimal digits as there is room for bytes.
pub fn parse_hex(digits: &[u8], bytes: &mut [u8]) -> Option<()> {
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = hex_value(*high)? << 4 | hex_value(*low)?;
    }
    Some(())
}

fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    push_hex(&mut digits, bytes);
    digits
}

fn hex_digit(half: u8) -> u8 {
    if half < 10 { b'0' + half } else { b'a' + half - 10 }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn bytes_are_used_once_and_refilled_in_bulk() {
        let (refills, next) = (Rc::new(Cell::new(0)), Cell::new(0_u8));
        let counter = refills.clone();
        let mut pool = IdPool::new(Box::new(move |bytes| {
            counter.set(counter.get() + 1);
            for byte in bytes {
                next.set(next.get().wrapping_add(1));
                *byte = next.get();
            }
        }));
        assert_eq!(pool.trace_id().to_hex(), "0102030405060708090a0b0c0d0e0f10");
        assert_eq!(pool.span_id().to_hex(), "1112131415161718");
        for _ in 0..61 {
            pool.span_id();
        }
        assert_eq!(refills.get(), 1);
        pool.span_id();
        assert_eq!(refills.get(), 2);
    }

    #[test]
    fn a_broken_source_yields_no_invalid_id() {
        let mut pool = IdPool::new(Box::new(|bytes| bytes.fill(0)));
        assert_ne!(pool.trace_id(), TraceId([0; 16]));
        assert_ne!(pool.span_id(), SpanId([0; 8]));
    }

    #[test]
    fn hexadecimal_reads_back() {
        let mut digits = String::new();
        push_hex(&mut digits, &[0, 1, 0x7f, 0xff]);
        assert_eq!(digits, "00017fff");
        let mut bytes = [0; 4];
        assert_eq!(parse_hex(digits.as_bytes(), &mut bytes), Some(()));
        assert_eq!(bytes, [0, 1, 0x7f, 0xff]);
        assert_eq!(parse_hex(b"00017FFF", &mut bytes), None);
        assert_eq!(parse_hex(b"00017f", &mut bytes), None);
    }
}
