//! Lists the flows: every folder beside this file that holds a `flow.yaml`. Adding a flow is adding a folder.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut list = String::from("&[\n");
    for folder in sorted(&root)?.into_iter().filter(|folder| folder.join("flow.yaml").is_file()) {
        writeln!(
            list,
            "    Embedded {{ folder: {:?}, yaml: {}, mappings: &[",
            name(&folder),
            text(&folder.join("flow.yaml"))
        )?;
        let files = sorted(&folder)?.into_iter();
        for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonata")) {
            writeln!(list, "        ({:?}, {}),", name(&file), text(&file))?;
        }
        list.push_str("    ] },\n");
    }
    list.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("flows.rs"), list)?;
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text(path: &Path) -> String {
    format!("include_str!({:?})", path.display().to_string())
}
