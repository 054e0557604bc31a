//! Names that travel to the host: each is of few, harmless characters, so that no shell and
//! no option parser on the way can read anything else into them.

mod folder;
mod host;
mod project;
mod version;

pub(crate) use folder::Folder;
pub(crate) use host::Host;
pub(crate) use project::Project;
pub(crate) use version::Version;
