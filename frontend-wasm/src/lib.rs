//! The task manager's page in the browser: it takes the server's markup over, talks to
//! the API, traces what the person does, and shows each trace beside the tasks.
//!
//! - [`tracer`]: spans, their identities and their way to the collector;
//! - [`api`]: the task API; [`http`]: one exchange; [`json`]: the bodies; [`dynamic`]:
//!   values as JavaScript has them;
//! - [`app`]: what happens when; [`views`]: how it looks; [`dom`]: the page beneath.
//!
//! Whatever needs no browser compiles and is tested natively.

pub mod api;
pub mod app;
#[cfg(feature = "bench")]
pub mod bench;
pub mod dom;
pub mod dynamic;
pub mod http;
pub mod json;
pub mod tracer;
pub mod views;

use std::panic::PanicHookInfo;
use std::pin::Pin;

use api_types::decimal;
#[cfg(not(feature = "bench"))]
use wasm_bindgen::prelude::*;
use wasm_bindgen::throw_str;

/// The default allocator is a tenth of the page's code; this one is half a kilobyte.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());

/// Takes the page over. If that fails, the server's page stays; its form works by itself.
#[cfg_attr(not(feature = "bench"), wasm_bindgen(start))]
pub fn start() {
    tell_panics();
    app::start();
}

/// Makes an exception of a panic, in place of a trap that does not say why: the console
/// shows it, and the tracer reports it.
fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| throw_str(&panic_text(panic))));
}

/// Runs a future on the page's own queue. Boxed: the machinery then exists once, not
/// once per future.
fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    wasm_bindgen_futures::spawn_local(future);
}

/// What went wrong and where. `PanicHookInfo`'s own text would bring a formatter along
/// that nothing else needs.
fn panic_text(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let mut line = String::from(text.unwrap_or("panicked"));
    if let Some(place) = panic.location() {
        line.push_str(" at ");
        line.push_str(place.file());
        line.push(':');
        decimal::push(&mut line, place.line().into());
    }
    line
}
