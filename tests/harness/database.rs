//! SQLite in the test's folder, or a PostgreSQL database of its own.

use sea_orm::{ConnectionTrait, Database};

/// The database of one test.
pub struct TestDatabase {
    postgres: Option<(String, String)>,
}

impl TestDatabase {
    /// PostgreSQL when `FAPIAO_TEST_DATABASE_URL` names a server, else SQLite.
    pub async fn make() -> TestDatabase {
        let Ok(server) = std::env::var("FAPIAO_TEST_DATABASE_URL") else {
            return TestDatabase { postgres: None };
        };
        let name = format!("e2e_{}", ulid::Ulid::generate().to_string().to_lowercase());
        let admin = Database::connect(&server).await.unwrap();
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        TestDatabase {
            postgres: Some((server, name)),
        }
    }

    /// The address for the product; `None` for SQLite in its folder.
    pub fn url(&self) -> Option<String> {
        let (server, name) = self.postgres.as_ref()?;
        let mut url = url::Url::parse(server).unwrap();
        url.set_path(name);
        Some(url.into())
    }

    /// Removes it.
    pub async fn drop(self) {
        if let Some((server, name)) = self.postgres {
            let admin = Database::connect(&server).await.unwrap();
            admin
                .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await
                .unwrap();
        }
    }
}
