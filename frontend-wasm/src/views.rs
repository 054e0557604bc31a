//! How things look: each view owns a part of the page's markup and fills it in.
//! Text reaches the page as text content only, never as markup.

pub mod form;
pub mod notice;
pub mod tasks;
pub mod trace;
