//! Deployments to a real sshd on this machine, over real connections and with the real
//! rsync. Only docker is a stand-in, `docker.sh`.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails where it should")]

mod arguments;
mod broken;
mod checks;
mod cuts;
mod disk;
mod first;
mod keys;
mod lab;
mod lock;
mod plan;
mod relay;
mod releases;
mod rollback;
mod sshd;
mod verified;
