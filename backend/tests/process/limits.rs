//! Clients that take too much or too long, and the others, who must not notice.

mod bodies;
mod connections;
mod heads;
mod requests;
