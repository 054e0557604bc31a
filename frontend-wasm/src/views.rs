//! How things look: each view knows one part of the page's markup and fills it in. Text
//! reaches the page as text content, or within markup that the server rendered.

pub mod fields;
pub mod recent;
pub mod tasks;
pub mod toasts;
