//! What the stack must hold: secrets, the table, the queues.

use connections::{MagentoSecret, SigningSecret, StripeSecret, TokenSecret};
use environment::{Secret, SecretError, SecretKind, SecretName, Unreadable};
use secrecy::SecretString;

use super::Finding;
use crate::Context;

/// Every secret of every pair; what it holds is never shown.
pub(super) async fn secrets(context: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in context.stage.pairs.keys() {
        for kind in SecretKind::ALL {
            let name = SecretName::new(&context.stage.stage, pair, kind);
            let found = context.secrets.get(&name).await.and_then(|secret| fits(&secret, kind));
            let found = found.map_err(|error| match error.why() {
                Unreadable::Refused => format!("{error}; it must hold {}", kind.shape()),
                Unreadable::Throttled | Unreadable::Unavailable | Unreadable::Invalid => error.to_string(),
            });
            findings.push(Finding::of(format!("secret {}", name.as_str()), found));
        }
    }
    findings
}

/// Whether a secret holds what its system needs.
fn fits(secret: &Secret, kind: SecretKind) -> Result<(), SecretError> {
    match kind {
        SecretKind::Stripe => secret.json::<StripeSecret>().map(drop),
        SecretKind::StripeWebhook => signs(secret, stripe::webhook::is_usable),
        SecretKind::MagentoWebhook => signs(secret, magento::webhook::is_usable),
        SecretKind::WmsWebhook => signs(secret, wms::webhook::is_usable),
        SecretKind::Magento => secret.json::<MagentoSecret>().map(drop),
        SecretKind::Erp | SecretKind::Wms => secret.json::<TokenSecret>().map(drop),
    }
}

/// With a value that cannot be used, every webhook is refused; with none of them, nothing else tells.
fn signs(secret: &Secret, is_usable: fn(&SecretString) -> bool) -> Result<(), SecretError> {
    let values = secret.json::<SigningSecret>()?.signing_secrets;
    if !values.is_empty() && values.iter().all(is_usable) {
        return Ok(());
    }
    Err(secret.malformed("a value of `signing_secrets` is missing, empty or of another form".to_owned()))
}

/// The table.
pub(super) async fn table(context: &Context) -> Finding {
    Finding::of(format!("table {}", context.table_name), context.table().probe().await)
}

/// The queue of each shipped flow, and that of the letters; by their names, as `template.yaml` makes them.
pub(super) async fn queues(context: &Context) -> Vec<Finding> {
    let stage = &context.stage.stage;
    let flows = flows::names().map(|flow| format!("tillbridge-{stage}-flow-{flow}.fifo"));
    let mut findings = Vec::new();
    for name in flows.chain([format!("tillbridge-{stage}-dead-letter.fifo")]) {
        let found = aws::queue_url(&context.sdk, &name).await;
        findings.push(Finding::of(format!("queue {name}"), found));
    }
    findings
}
