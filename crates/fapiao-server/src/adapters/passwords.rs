//! argon2id behind a semaphore: sign-ins never take every core.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use async_trait::async_trait;
use fapiao_usecases::ports::Passwords;
use std::{sync::LazyLock, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// How long a sign-in may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(3);

/// Hashes of unknown names are compared against this, so that they take as long.
static DECOY: LazyLock<String> = LazyLock::new(|| hash_now("no such person"));

/// Hashes passwords, one less at a time than there are cores.
pub struct Argon2Passwords {
    turns: Semaphore,
}

impl Argon2Passwords {
    /// For this machine.
    pub fn new() -> Argon2Passwords {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Argon2Passwords {
            turns: Semaphore::new(cores.saturating_sub(1).max(1)),
        }
    }
}

impl Default for Argon2Passwords {
    fn default() -> Self {
        Argon2Passwords::new()
    }
}

/// Hashes at once on this thread: for the command line.
pub fn hash_now(password: &str) -> String {
    #[expect(
        clippy::expect_used,
        reason = "argon2 with its default parameters refuses no password"
    )]
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("argon2 hashes any text")
        .to_string()
}

fn verify_now(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &str) -> String {
        let _turn = self.turns.acquire().await;
        let password = password.to_owned();
        tokio::task::spawn_blocking(move || hash_now(&password))
            .await
            .unwrap_or_default()
    }

    async fn verify(&self, password: &str, hash: Option<&str>) -> Option<bool> {
        let _turn = timeout(PATIENCE, self.turns.acquire()).await.ok()?.ok()?;
        let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
        tokio::task::spawn_blocking(move || match hash {
            Some(hash) => verify_now(&password, &hash),
            None => {
                verify_now(&password, &DECOY);
                false
            }
        })
        .await
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = Argon2Passwords::new();
        let hash = passwords.hash("正确的密码").await;
        assert!(hash.starts_with("$argon2id$"));
        assert_eq!(
            passwords.verify("正确的密码", Some(&hash)).await,
            Some(true)
        );
        assert_eq!(passwords.verify("wrong", Some(&hash)).await, Some(false));
        assert_eq!(passwords.verify("no such person", None).await, Some(false));
    }
}
