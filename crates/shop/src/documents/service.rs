//! Issuing documents, and looking at them.

use deadpool_postgres::Transaction;
use kernel::bus::{NewEvent, publish_in_tx};
use kernel::{Problem, Timestamp};

use super::{About, Content, Document, Seller, pdf, plan, store};
use crate::carts::access::Shopper;
use crate::error::{AfterSaleError, Result, ShopError};
use crate::events;
use crate::ids::{DocumentId, OrderId};
use crate::orders::WholeOrder;
use crate::refunds::Refund;
use crate::settings;
use crate::shipments::Shipment;
use crate::shop::Shop;

impl Shop {
    /// Issues the invoice for a parcel that was sent, and tells of both.
    pub(crate) async fn issue_invoice_in_tx(
        &self,
        tx: &Transaction<'_>,
        whole: &WholeOrder,
        shipment: &Shipment,
    ) -> Result<()> {
        let content = plan::of_shipment(whole, shipment, seller(tx).await?)?;
        let event = |number: &str| events::shipped(whole, shipment, number);
        self.issue_in_tx(tx, whole.order.id, About::Shipment(shipment.id), content, event).await
    }

    /// Issues the credit note for a refund that was made, and tells of both.
    pub(crate) async fn issue_credit_note_in_tx(
        &self,
        tx: &Transaction<'_>,
        whole: &WholeOrder,
        refund: &Refund,
    ) -> Result<()> {
        let before = store::of_order(tx, whole.order.id).await?;
        let content = plan::of_refund(whole, refund, &before, seller(tx).await?)?;
        let event = |number: &str| events::refunded(&whole.order, refund, number);
        self.issue_in_tx(tx, whole.order.id, About::Refund(refund.id), content, event).await
    }

    /// The last thing of a transaction: everybody else waits for the next number until it ends.
    async fn issue_in_tx(
        &self,
        tx: &Transaction<'_>,
        order: OrderId,
        about: About,
        content: Content,
        event: impl FnOnce(&str) -> NewEvent,
    ) -> Result<()> {
        let issued_at = self.clock.now();
        let (series, year) = (about.kind().series(), year_of(issued_at));
        let place = store::next_number_in_tx(tx, series, year).await?;
        let number = format!("{series}-{year}-{place:06}");
        let events = [event(&number)];
        let id = DocumentId::generate();
        let document = Document { id, order, about, number, content, issued_at };
        tokio::try_join!(store::insert_in_tx(tx, &document), async {
            Ok(publish_in_tx(tx, &*self.clock, &events).await?)
        },)?;
        Ok(())
    }

    /// The documents of an order of the caller's own, or for staff of anybody's.
    pub(crate) async fn documents_of_order(
        &self,
        shopper: &Shopper,
        order: OrderId,
    ) -> Result<Vec<Document>, Problem> {
        self.readable_order(shopper, order, || ShopError::OrderNotFound).await?;
        Ok(store::of_order(&self.database.client().await?, order).await?)
    }

    /// A document of the caller's own, or for staff anybody's.
    pub(crate) async fn document(
        &self,
        shopper: &Shopper,
        id: DocumentId,
    ) -> Result<Document, Problem> {
        let missing = || ShopError::AfterSale(AfterSaleError::DocumentNotFound);
        let found = store::one(&self.database.client().await?, id).await?;
        let it = found.ok_or_else(missing)?;
        self.readable_order(shopper, it.order, missing).await?;
        Ok(it)
    }

    /// The same, to print: its number, and the file.
    pub(crate) async fn document_pdf(
        &self,
        shopper: &Shopper,
        id: DocumentId,
    ) -> Result<(String, Vec<u8>), Problem> {
        let it = self.document(shopper, id).await?;
        let drawn = tokio::task::spawn_blocking(move || {
            let file = pdf::draw(&it);
            (it.number, file)
        });
        drawn.await.map_err(|error| Problem::internal(&error))
    }
}

async fn seller(tx: &Transaction<'_>) -> Result<Seller> {
    Ok(settings::store::get(tx).await?.seller)
}

/// The year in which it was, in UTC.
fn year_of(at: Timestamp) -> i32 {
    at.to_string()[..4].parse().expect("a time begins with its year")
}
