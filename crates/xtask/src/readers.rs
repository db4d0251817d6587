//! Programs from the Python package index that read our files in the tests: in a virtual environment under `target/`.

use crate::{Failure, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Makes sure that the readers are installed in the wanted versions; gives the Python that has them.
pub(crate) fn provide() -> Result<PathBuf, Failure> {
    let list = workspace::root().join("crates/fapiao-pdf/tests/readers/requirements.txt");
    let wanted =
        std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let folder = workspace::root().join("target/readers");
    let environment = folder.join("venv");
    let python = environment.join("bin/python");
    let stamp = folder.join("installed.txt");
    if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    println!(
        "installing the readers of our files into {}",
        folder.display()
    );
    workspace::run(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment),
    )?;
    let install = ["-m", "pip", "install", "--quiet", "--requirement"];
    workspace::run(Command::new(&python).args(install).arg(&list))?;
    std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}
