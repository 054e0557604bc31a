//! The terminal's other screen, and the way back.
//!
//! Keys stay with the terminal, so that Ctrl-C is a signal as ever; they are only kept
//! from appearing in the picture.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::panic;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::termios::{FlushArg, LocalFlags, SetArg, Termios, tcflush, tcgetattr, tcsetattr};
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};

use crate::view::notes;

/// The other screen; it closes when dropped.
pub(super) struct Screen(Arc<Way>);

/// How the terminal was before; none once it is that way again.
struct Way(Mutex<Option<Before>>);

struct Before {
    keys: OwnedFd,
    /// None where keys come from elsewhere than a terminal.
    settings: Option<Termios>,
    picture: Box<dyn Write + Send>,
}

impl Screen {
    /// Opens it on `picture`, while `keys` no longer echo; a panic on any thread closes
    /// it before it is told.
    pub(super) fn open(keys: OwnedFd, mut picture: Box<dyn Write + Send>) -> io::Result<Self> {
        let settings = tcgetattr(&keys).ok();
        if let Some(settings) = &settings {
            let mut silent = settings.clone();
            silent.local_flags.remove(LocalFlags::ECHO);
            tcsetattr(&keys, SetArg::TCSANOW, &silent)?;
        }
        notes::hold();
        let entered = execute!(picture, EnterAlternateScreen, Hide);
        let way = Arc::new(Way(Mutex::new(Some(Before { keys, settings, picture }))));
        let screen = Self(Arc::clone(&way));
        entered?;
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            way.back();
            tell(info);
        }));
        Ok(screen)
    }

    /// Whether there is something to draw on.
    pub(super) fn is_open(&self) -> bool {
        self.0.lock().is_some()
    }

    /// Goes back; whether it had not been left before.
    pub(super) fn close(&self) -> bool {
        self.0.back()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

impl Way {
    fn back(&self) -> bool {
        let Some(mut before) = self.lock().take() else {
            return false;
        };
        // Nothing is to be done for a terminal that is gone.
        let _ = execute!(before.picture, LeaveAlternateScreen, Show);
        if let Some(settings) = &before.settings {
            // What was typed without being seen is not meant for the shell.
            let _ = tcflush(&before.keys, FlushArg::TCIFLUSH);
            let _ = tcsetattr(&before.keys, SetArg::TCSANOW, settings);
        }
        notes::release();
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Before>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;

    use super::*;

    /// A picture to look at.
    #[derive(Clone, Default)]
    struct Picture(Arc<Mutex<Vec<u8>>>);

    impl Write for Picture {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Picture {
        fn count(&self, sequence: &str) -> usize {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap().matches(sequence).count()
        }
    }

    /// One screen at a time: what a panic does is the whole process's.
    static ALONE: Mutex<()> = Mutex::new(());

    const ENTER: &str = "\x1b[?1049h";
    const LEAVE: &str = "\x1b[?1049l";
    const SHOW: &str = "\x1b[?25h";

    #[test]
    fn the_terminal_is_as_before_after_a_panic_elsewhere() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (picture, terminal) = (Picture::default(), openpty(None, None).unwrap());
        let echoes = || {
            let flags = tcgetattr(&terminal.slave).unwrap().local_flags;
            assert!(flags.contains(LocalFlags::ISIG), "Ctrl-C is a signal");
            flags.contains(LocalFlags::ECHO)
        };
        assert!(echoes());
        let keys = terminal.slave.try_clone().unwrap();
        let screen = Screen::open(keys, Box::new(picture.clone())).unwrap();
        assert_eq!((screen.is_open(), echoes()), (true, false));
        assert_eq!((picture.count(ENTER), picture.count(LEAVE)), (1, 0));

        assert!(std::thread::spawn(|| panic!("on purpose")).join().is_err());
        assert_eq!((screen.is_open(), echoes()), (false, true));
        assert!(!screen.close(), "it was left before");
        drop(screen);
        assert_eq!((picture.count(LEAVE), picture.count(SHOW)), (1, 1));
    }

    #[test]
    fn keys_from_elsewhere_are_left_alone() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (reader, _writer) = io::pipe().unwrap();
        let picture = Picture::default();
        drop(Screen::open(reader.into(), Box::new(picture.clone())).unwrap());
        assert_eq!((picture.count(LEAVE), picture.count(SHOW)), (1, 1));
    }
}
