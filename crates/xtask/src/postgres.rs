//! A PostgreSQL of our own for the length of a test run.

use crate::process::{Running, free_port};
use crate::{Failure, scratch, tools, workspace};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A running cluster in a temporary folder. Dropping it stops it and deletes everything.
pub(crate) struct Cluster {
    url: String,
    process: Running,
    _folder: tempfile::TempDir,
}

/// The user the server runs as when we are root, which PostgreSQL refuses to be.
struct Account {
    user: u32,
    group: u32,
}

impl Cluster {
    /// Makes and starts one: fsync as shipped, a password of its own, 127.0.0.1 and a socket in
    /// its folder.
    pub(crate) fn start() -> Result<Cluster, Failure> {
        let account = if tools::is_root() {
            Some(Account::named("postgres")?)
        } else {
            None
        };
        let folder = tempfile::tempdir_in(scratch::folder())
            .map_err(|error| format!("temporary folder: {error}"))?;
        let place = folder.path();
        let failed = |error: std::io::Error| format!("{}: {error}", place.display());
        let password = random_hex()?;
        let password_file = place.join("password");
        std::fs::write(&password_file, &password).map_err(failed)?;
        std::fs::set_permissions(place, PermissionsExt::from_mode(0o700)).map_err(failed)?;
        if let Some(account) = &account {
            for path in [place, &password_file] {
                chown(path, Some(account.user), Some(account.group)).map_err(failed)?;
            }
        }

        let data = place.join("data");
        let program = |name: &str| -> Result<Command, Failure> {
            let path = tools::find(name).ok_or(format!("`{name}` of PostgreSQL is missing"))?;
            let mut command = Command::new(path);
            command.current_dir(place);
            if let Some(account) = &account {
                command.uid(account.user).gid(account.group);
            }
            Ok(command)
        };
        workspace::output(
            program("initdb")?
                .args([
                    "--username=postgres",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--auth=scram-sha-256",
                ])
                .arg(format!("--pwfile={}", password_file.display()))
                .arg(format!("--pgdata={}", data.display())),
        )?;

        let port = free_port()?;
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", place.display()),
            // Tests run beside each other, each with a pool and a database of its own.
            "max_connections=300".to_owned(),
        ];
        let mut command = program("postgres")?;
        command.arg("-D").arg(&data);
        for setting in settings {
            command.arg("-c").arg(setting);
        }
        let mut process = Running::spawn(&mut command, &log_file(place))?;
        let ready = || {
            let asked = program("pg_isready").and_then(|mut command| {
                let address = ["-q", "-h", "127.0.0.1", "-p", &port.to_string()];
                workspace::output(command.args(address))
            });
            asked.is_ok()
        };
        process
            .wait_until(Duration::from_secs(60), ready)
            .map_err(|failure| format!("PostgreSQL: {failure}"))?;
        println!("PostgreSQL listens on 127.0.0.1:{port}");
        let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
        Ok(Cluster {
            url,
            process,
            _folder: folder,
        })
    }

    /// The address of its first database, for `FAPIAO_TEST_DATABASE_URL`. The user may create
    /// more.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Killed outright it would leave its shared memory behind. Whether it listens or not, it
        // is killed next.
        drop(self.process.stop("QUIT", Duration::from_secs(10)));
    }
}

impl Account {
    fn named(name: &str) -> Result<Account, Failure> {
        let missing = || format!("there is no user `{name}` to run PostgreSQL as");
        let users = std::fs::read_to_string("/etc/passwd").map_err(|_| missing())?;
        Account::find(&users, name).ok_or_else(missing)
    }

    fn find(users: &str, name: &str) -> Option<Account> {
        let fields = users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.first() == Some(&name))?;
        Some(Account {
            user: fields.get(2)?.parse().ok()?,
            group: fields.get(3)?.parse().ok()?,
        })
    }
}

fn log_file(place: &Path) -> std::path::PathBuf {
    place.join("postgres.log")
}

fn random_hex() -> Result<String, Failure> {
    use std::io::Read;
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_the_list_of_users() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib:/bin/bash\n";
        let account = Account::find(users, "postgres").unwrap();
        assert_eq!((account.user, account.group), (101, 104));
        assert!(Account::find(users, "post").is_none());
    }

    #[test]
    fn a_cluster_takes_connections_with_its_password_and_leaves_nothing_behind() {
        if tools::find("initdb").is_none() {
            return; // `cargo xtask test` installs it before its own step needs it.
        }
        let cluster = Cluster::start().unwrap();
        let folder = cluster._folder.path().to_path_buf();
        let psql = tools::find("psql").unwrap();
        let asked = |sql: &str, url: &str| {
            workspace::output(Command::new(&psql).args(["-w", "-X", "-t", "-A", "-c", sql, url]))
        };
        asked("create database t", cluster.url()).unwrap();
        assert_eq!(asked("show fsync", cluster.url()).unwrap().trim(), "on");
        let (_, address) = cluster.url().rsplit_once('@').unwrap();
        asked("select 1", &format!("postgres://postgres:wrong@{address}")).unwrap_err();
        drop(cluster);
        assert!(!folder.exists());
    }
}
