//! `books.payout.post`: the journals of a payout itself: out of the balance, into the bank, and back where it failed. Converges: the
//! payout is read fresh, and what is posted already is left.
//!
//! Of its events, any may come before another; each posts what is true then.

use books::report::JournalReference;
use books::{Context, Entry, Held, Role, keys, rules};
use canonical::{
    BalanceTransaction, BalanceTransactionId, Journal, JournalHead, NaturalKey, Payout, PayoutId,
    PayoutStatus,
};
use flow::stored::posting::{Claim, Part, take};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::progress;
use crate::{Client, Error, journal};

/// The action's name.
pub const NAME: &str = "books.payout.post";

/// What is posted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The payout.
    pub payout: PayoutId,
}

/// What is posted now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Output {
    /// The payout.
    pub payout: PayoutId,
    /// Where it stands.
    pub status: PayoutStatus,
    /// Keys of its journals.
    pub journals: Vec<NaturalKey>,
}

/// Names the effect.
///
/// # Errors
/// Too long for a key.
pub fn key(client: &Client, input: &Input) -> Result<NaturalKey, Error> {
    Ok(format!("tb:{}:payout:{}", client.ledger.account, input.payout).try_into()?)
}

/// Whether all is posted is seen only by looking at each part, which [`run`] does.
///
/// # Errors
/// None.
pub async fn find(_: Client, _: Input) -> Result<Option<Output>, Error> {
    Ok(None)
}

/// Posts what is not posted. Two calls for each journal that is, and two or three for the payout.
///
/// # Errors
/// An account or a rate that is missing, or as Stripe and the ERP answer.
pub async fn run(client: Client, input: Input) -> Result<Output, Error> {
    let payout = stripe::payout::read::run(
        client.stripe.clone(),
        stripe::payout::read::Input { payout: input.payout },
    )
    .await?;
    let journals = post(&client, &payout).await?;
    let journals = journals.into_iter().map(|journal| journal.key).collect();
    refresh(&client, &payout).await?;
    Ok(Output { payout: payout.id, status: payout.status, journals })
}

/// The journals of a payout as it is now, posted.
async fn post(client: &Client, payout: &Payout) -> Result<Vec<JournalReference>, Error> {
    let mut posted = Vec::new();
    if let Some(own) = &payout.balance_transaction {
        posted.extend(movement(client, payout, own, None).await?);
    }
    let held = in_transit(client, payout).await?;
    if payout.status == PayoutStatus::Paid {
        let arrival = rules::arrival(&client.ledger, payout, held)?;
        posted.push(journal::post(client, arrival).await?);
    }
    if let Some(back) = &payout.failure_balance_transaction {
        posted.extend(movement(client, payout, back, held).await?);
    }
    if matches!(payout.status, PayoutStatus::Failed | PayoutStatus::Canceled) {
        posted.extend(not_arrived(client, payout).await?);
    }
    Ok(posted)
}

/// Brings the report of a payout that is proved already up to what has become of it.
async fn refresh(client: &Client, payout: &Payout) -> Result<(), Error> {
    let mut row = progress::read(client, &payout.id).await?;
    let Some(report) = &mut row.state.report else { return Ok(()) };
    let now = Payout { fee: report.payout.fee, ..payout.clone() };
    if report.payout == now {
        return Ok(());
    }
    report.payout = now;
    progress::save(client, &mut row, payout).await
}

/// A movement of the payout's own, in a journal of its own; none where another document has booked it.
async fn movement(
    client: &Client,
    payout: &Payout,
    id: &BalanceTransactionId,
    held: Option<Held>,
) -> Result<Option<JournalReference>, Error> {
    let document = keys::transaction(&client.ledger.account, id)?;
    let claim = Claim { transaction: id.clone(), document: document.clone() };
    let holders = take(&client.ports, client.pair()?, &Part::ALL, &[claim]).await?;
    if holders.iter().flat_map(|held| held.documents()).any(|holder| *holder != document) {
        return Ok(None);
    }
    if let Some(number) = journal::number(client, &document).await? {
        return Ok(Some(JournalReference { key: document, number: Some(number) }));
    }
    let transaction = stripe::balance_transaction::read::run(&client.stripe, id).await?;
    let Some(journal) = of_movement(client, payout, transaction, held)? else { return Ok(None) };
    journal::post(client, journal).await.map(Some)
}

/// The journal of a movement; none where nothing of the balance moved.
fn of_movement(
    client: &Client,
    payout: &Payout,
    transaction: BalanceTransaction,
    held: Option<Held>,
) -> Result<Option<Journal>, Error> {
    let context = Context { payout: Some(payout.id.clone()), held, ..Context::default() };
    let entry = Entry { transaction, context };
    let posting = rules::post(&client.ledger, &entry)?;
    if posting.lines.is_empty() {
        return Ok(None);
    }
    let head = JournalHead {
        key: keys::transaction(&client.ledger.account, &entry.transaction.id)?,
        date: client.ledger.date(entry.transaction.created),
        memo: format!("{} {}", entry.transaction.reporting_category.as_str(), payout.id),
        reverses: None,
        true_date: None,
    };
    Ok(Some(Journal::new(head, posting.lines)?))
}

/// What the payout has put in transit, as it was posted.
async fn in_transit(client: &Client, payout: &Payout) -> Result<Option<Held>, Error> {
    let Some(own) = &payout.balance_transaction else { return Ok(None) };
    let key = keys::transaction(&client.ledger.account, own)?;
    let Some(journal) = journal::kept(client, &key).await? else { return Ok(None) };
    let transit = client.ledger.code(&Role::CashInTransit(payout.currency()))?;
    let Some(line) = journal.lines().iter().find(|line| line.account == transit) else { return Ok(None) };
    let without_sign =
        |amount: canonical::Money| if amount.is_negative() { amount.negated() } else { Ok(amount) };
    Ok(Some(Held { amount: without_sign(line.amount)?, base: without_sign(line.base)?, exchange_rate: None }))
}

/// Takes the arrival back, where one was to be posted before the bank refused it. It may not have reached the ERP yet: then both do now,
/// because nobody can tell it from one that has and whose answer was lost.
async fn not_arrived(client: &Client, payout: &Payout) -> Result<Vec<JournalReference>, Error> {
    let key = keys::payout_paid(&client.ledger.account, &payout.id)?;
    let Some(arrival) = journal::kept(client, &key).await? else { return Ok(Vec::new()) };
    let arrived = journal::post(client, arrival.clone()).await?;
    let on = match &payout.failure_balance_transaction {
        Some(back) => {
            let back = stripe::balance_transaction::read::run(&client.stripe, back).await?;
            client.ledger.date(back.created)
        }
        None => payout.arrival_date,
    };
    let reversed = rules::arrival_reversed(&arrival, on.max(arrival.date()))?;
    Ok(vec![arrived, journal::post(client, reversed).await?])
}
