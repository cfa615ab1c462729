use super::*;
use crate::keys::{Grants, Keys, Scheme};
use tempfile::TempDir;
use tsuzuki::engine::Mode;

const PRICE: Price = Price {
    input: 3.0,
    output: 15.0,
    cache_read: 0.3,
    cache_write: 3.75,
};

fn books(usd: Option<f64>, tokens: Option<u64>) -> (TempDir, Arc<Spending>, Arc<Key>) {
    let folder = TempDir::new().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    let grants = Grants {
        budget: Some(Budget { usd, tokens }),
        ..Grants::default()
    };
    keys.add("a", Scheme::Bearer, grants).unwrap();
    let spending = Arc::new(Spending::open(folder.path()).unwrap());
    let key = Arc::clone(&keys.list()[0]);
    (folder, spending, key)
}

fn spent(usd: f64, tokens: u64) -> Spent {
    Spent {
        usd,
        tokens,
        estimated: false,
    }
}

#[test]
fn answers_at_the_same_time_do_not_spend_the_same_money() {
    let (_folder, spending, key) = books(Some(4.0), None);
    let mut policy = Policy::new(Mode::Extend);
    let mut shares = Vec::new();
    for _ in 0..4 {
        let mut policy = policy.clone();
        shares.push(spending.hold(&key, Some(PRICE), &mut policy).unwrap());
        assert!((policy.max_cost - 1.0).abs() < 1e-9, "a quarter each");
    }
    let fault = spending.hold(&key, Some(PRICE), &mut policy).unwrap_err();
    assert_eq!(fault.name, "ThrottlingException");
    assert!(fault.message.contains("set aside"), "{}", fault.message);

    // One answer cost 0.2: the rest of its share is free again.
    shares.pop().unwrap().spend(spent(0.2, 10));
    let share = spending.hold(&key, Some(PRICE), &mut policy).unwrap();
    assert!((policy.max_cost - 0.8).abs() < 1e-9, "{}", policy.max_cost);
    drop((share, shares));

    let mut policy = Policy::new(Mode::Extend);
    spending
        .hold(&key, Some(PRICE), &mut policy)
        .unwrap()
        .spend(spent(3.8, 1));
    let fault = spending.hold(&key, Some(PRICE), &mut policy).unwrap_err();
    assert!(fault.message.contains("00:00 UTC"), "{}", fault.message);
}

#[test]
fn tokens_are_a_budget_too_and_dollars_need_a_price() {
    let (_folder, spending, key) = books(None, Some(10));
    let mut policy = Policy::new(Mode::Extend);
    let share = spending.hold(&key, None, &mut policy).unwrap();
    assert_eq!(policy.max_output_tokens, 3);
    share.spend(spent(0.0, 12));
    drop(share);
    assert!(spending.hold(&key, None, &mut policy).is_err());

    let (_folder, spending, key) = books(Some(1.0), None);
    let fault = spending.hold(&key, None, &mut policy).unwrap_err();
    assert_eq!(fault.name, "AccessDeniedException");
}

#[test]
fn a_restart_remembers_today_and_forgets_yesterday() {
    let (folder, spending, key) = books(None, Some(100));
    let mut policy = Policy::new(Mode::Extend);
    let share = spending.hold(&key, None, &mut policy).unwrap();
    share.spend(spent(0.5, 60));
    drop(share);
    spending.save();
    assert!(matches!(
        Spending::open(folder.path()),
        Err(SpendingError::Taken(_))
    ));
    assert_eq!(
        Spending::look(folder.path(), &key.id).unwrap(),
        spent(0.5, 60)
    );
    drop(spending);
    let again = Arc::new(Spending::open(folder.path()).unwrap());
    let share = again.hold(&key, None, &mut policy).unwrap();
    share.spend(spent(0.0, 40));
    drop(share);
    assert!(again.hold(&key, None, &mut policy).is_err());
    drop(again);

    let path = file::path(folder.path());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(&today(), "2001-01-01")).unwrap();
    assert_eq!(
        Spending::look(folder.path(), &key.id).unwrap(),
        Spent::default()
    );
    std::fs::write(&path, "{").unwrap();
    assert!(matches!(
        Spending::open(folder.path()),
        Err(SpendingError::Malformed(_))
    ));
}
