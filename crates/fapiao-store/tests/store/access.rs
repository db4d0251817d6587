//! Staff, sessions and keys.

use crate::harness::{Bench, on_both};
use chrono::TimeDelta;
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    ports::{Access, StaffSaved},
    records::{ApiKey, Role, Session, Staff},
};

fn person(bench: &Bench, login: &str) -> Staff {
    Staff {
        id: fresh(bench.now()),
        login: login.to_owned(),
        name: "李四".to_owned(),
        email: String::new(),
        password_hash: "$argon2id$1".to_owned(),
        role: Role::Finance,
        store: None,
        language: "zh".to_owned(),
        disabled: false,
        last_sign_in_at: None,
        version: 1,
    }
}

fn session(staff: &Staff, hash: &str, bench: &Bench) -> Session {
    Session {
        id_hash: hash.to_owned(),
        staff: staff.id.clone(),
        csrf: "csrf".to_owned(),
        created_at: bench.now(),
        seen_at: bench.now(),
    }
}

/// Saves a person, who then carries the version that stands.
async fn saved(bench: &Bench, person: &mut Staff) {
    let known = bench.store.staff_by_id(&person.id).await.unwrap();
    let done = bench.store.save_staff(person, &Actor::CommandLine).await;
    assert_eq!(done.unwrap(), StaffSaved::Done);
    person.version = known.map_or(1, |it| it.version + 1);
}

on_both! {
    async fn a_changed_person_signs_in_again(bench: &Bench) {
        let mut li = person(bench, "li");
        saved(bench, &mut li).await;
        bench.store.open_session(&session(&li, "h1", bench)).await.unwrap();
        li.name = "李四四".to_owned();
        saved(bench, &mut li).await;
        assert_eq!(bench.store.session("h1").await.unwrap(), Some(session(&li, "h1", bench)));
        li.role = Role::Auditor;
        saved(bench, &mut li).await;
        assert_eq!(bench.store.session("h1").await.unwrap(), None);
        assert_eq!(bench.store.staff_by_login("LI").await.unwrap(), Some(li.clone()));
        assert_eq!(bench.store.staff_by_id(&li.id).await.unwrap(), Some(li.clone()));
        bench.store.record_sign_in(&li.id, bench.now()).await.unwrap();
        assert_eq!(bench.store.staff().await.unwrap()[0].last_sign_in_at, Some(bench.now()));
        // Saving what was read before does not undo the sign-in.
        saved(bench, &mut li).await;
        assert_eq!(bench.store.staff().await.unwrap()[0].last_sign_in_at, Some(bench.now()));
        let twice = bench.store.save_staff(&person(bench, "li"), &Actor::CommandLine).await;
        assert!(matches!(twice, Err(StoreError::Exists { .. })));
    }

    async fn what_another_changed_meanwhile_is_not_written_back(bench: &Bench) {
        let mut li = person(bench, "li");
        saved(bench, &mut li).await;
        // Read by a request of theirs, before an owner gives them another password and another role.
        let read = li.clone();
        li.password_hash = "$argon2id$2".to_owned();
        li.role = Role::Auditor;
        saved(bench, &mut li).await;
        bench.store.set_language(&read.id, "en").await.unwrap();
        let row = bench.store.staff_by_id(&li.id).await.unwrap().unwrap();
        assert_eq!(row, Staff { language: "en".to_owned(), ..li.clone() });
        let refused = bench.store.save_staff(&read, &Actor::CommandLine).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })), "{refused:?}");
        // Whoever saves the rest does not undo the language.
        li.name = "李四四".to_owned();
        saved(bench, &mut li).await;
        let row = bench.store.staff_by_id(&li.id).await.unwrap().unwrap();
        assert_eq!((row.language.as_str(), row.name.as_str()), ("en", "李四四"));
    }

    async fn the_last_owner_stays(bench: &Bench) {
        let mut owner = person(bench, "owner");
        owner.role = Role::Owner;
        saved(bench, &mut owner).await;
        let save = async |it: &Staff| bench.store.save_staff(it, &Actor::CommandLine).await.unwrap();
        let (mut locked, mut lesser) = (owner.clone(), owner.clone());
        locked.disabled = true;
        lesser.role = Role::Admin;
        assert_eq!((save(&locked).await, save(&lesser).await), (StaffSaved::LastOwner, StaffSaved::LastOwner));
        assert_eq!(bench.store.staff_by_id(&owner.id).await.unwrap(), Some(owner.clone()));
        let mut second = person(bench, "second");
        second.role = Role::Owner;
        saved(bench, &mut second).await;
        assert_eq!(save(&locked).await, StaffSaved::Done);
        second.disabled = true;
        assert_eq!(save(&second).await, StaffSaved::LastOwner);
    }

    async fn sessions_are_touched_and_closed(bench: &Bench) {
        let mut li = person(bench, "li");
        saved(bench, &mut li).await;
        for hash in ["h1", "h2", "h3"] {
            bench.store.open_session(&session(&li, hash, bench)).await.unwrap();
        }
        let seen = |hash: &'static str| async move { bench.store.session(hash).await.unwrap().unwrap().seen_at };
        let start = bench.now();
        bench.clock.advance(TimeDelta::seconds(30));
        bench.store.touch_session("h1", bench.now()).await.unwrap();
        assert_eq!(seen("h1").await, start);
        bench.clock.advance(TimeDelta::seconds(60));
        bench.store.touch_session("h1", bench.now()).await.unwrap();
        assert_eq!(seen("h1").await, bench.now());
        bench.store.close_session("h2").await.unwrap();
        assert_eq!(bench.store.session("h2").await.unwrap(), None);
        assert_eq!(bench.store.close_idle_sessions(bench.now()).await.unwrap(), 1);
        assert!(bench.store.session("h1").await.unwrap().is_some());
    }

    async fn failed_sign_ins_count_for_a_quarter_of_an_hour(bench: &Bench) {
        let fail = |key: &'static str| bench.store.record_sign_in_failure(key, bench.now());
        assert_eq!(fail("li").await.unwrap(), 1);
        assert_eq!(fail("li").await.unwrap(), 2);
        assert_eq!(fail("1.2.3.4").await.unwrap(), 1);
        bench.clock.advance(TimeDelta::minutes(14));
        assert_eq!(fail("li").await.unwrap(), 3);
        bench.clock.advance(TimeDelta::minutes(2));
        assert_eq!(bench.store.sign_in_failures("li", bench.now()).await.unwrap(), 1);
        assert_eq!(fail("li").await.unwrap(), 2);
    }

    async fn a_revoked_key_is_revoked_at_once(bench: &Bench) {
        let key = ApiKey {
            id: fresh(bench.now()),
            name: "收银台".to_owned(),
            prefix: "fk_live_ab".to_owned(),
            hash: "hash".to_owned(),
            store: Some(bench.shop.clone()),
            may_write: true,
            created_at: bench.now(),
            last_used_at: None,
            revoked_at: None,
        };
        assert_eq!(bench.store.api_key_by_hash("hash").await.unwrap(), None);
        let actor = Actor::CommandLine;
        bench.store.add_api_key(&key, &actor).await.unwrap();
        assert_eq!(bench.store.api_key_by_hash("hash").await.unwrap(), Some(key.clone()));
        bench.store.touch_api_key(&key.id, bench.now()).await.unwrap();
        assert_eq!(bench.store.api_keys().await.unwrap()[0].last_used_at, Some(bench.now()));
        assert!(bench.store.revoke_api_key(&key.id, bench.now(), &actor).await.unwrap());
        assert!(!bench.store.revoke_api_key(&key.id, bench.now(), &actor).await.unwrap());
        let known = bench.store.api_key_by_hash("hash").await.unwrap().unwrap();
        assert_eq!(known.revoked_at, Some(bench.now()));
    }
}
