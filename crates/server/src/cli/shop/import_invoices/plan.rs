//! What is to be done: orders, returns of what they sold, and corrections where nothing matches. Pure.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use kernel::Timestamp;

use super::trade::{Invoice, Line, Trade};

/// Pieces of a line that was sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Among the lines of its order.
    pub(super) line: usize,
    pub(super) quantity: u32,
}

/// What a cancellation takes back of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Return {
    /// The number of the cancelling invoice.
    pub(super) by: String,
    pub(super) at: Timestamp,
    /// Among the sales.
    pub(super) sale: usize,
    pub(super) pieces: Vec<Piece>,
}

/// What no order says: goods that come or go, and money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Correction<'a> {
    pub(super) invoice: &'a Invoice,
    pub(super) line: &'a Line,
    /// Of the line; it is the whole of it unless a part matched.
    pub(super) quantity: i64,
}

impl Correction<'_> {
    pub(super) fn value(&self) -> i128 {
        i128::from(self.quantity) * self.line.price.get()
    }
}

/// Everything that is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// SKUs with what they are called.
    pub(super) goods: BTreeMap<&'a str, Goods<'a>>,
    /// Invoices and those of their lines that are sold.
    pub(super) sales: Vec<(&'a Invoice, Vec<&'a Line>)>,
    pub(super) returns: Vec<Return>,
    pub(super) corrections: Vec<Correction<'a>>,
}

/// A stock code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Goods<'a> {
    pub(super) title: &'a str,
    /// So many pieces have to be there before the first invoice, so that nothing is ever missing,
    /// in whichever order things happen.
    pub(super) opening: u64,
}

/// What is left of sold lines, by who bought what for how much; the first sale first.
type Sold<'a> = HashMap<(Option<&'a str>, &'a str, i128), Vec<(usize, Piece)>>;

impl<'a> Plan<'a> {
    pub(super) fn of(trade: &'a Trade) -> Self {
        let mut plan = Self::default();
        let mut sold = Sold::default();
        for invoice in &trade.invoices {
            for line in &invoice.lines {
                let goods = plan.goods.entry(&line.sku).or_default();
                if goods.title.is_empty() {
                    goods.title = &line.description;
                }
            }
            if invoice.cancels() {
                plan.cancel(invoice, &mut sold);
            } else {
                plan.sell(invoice, &mut sold);
            }
        }
        plan
    }

    fn sell(&mut self, invoice: &'a Invoice, sold: &mut Sold<'a>) {
        let is_sale = |line: &&Line| line.quantity > 0 && line.unit_price().is_some();
        let (lines, others): (Vec<&Line>, Vec<&Line>) = invoice.lines.iter().partition(is_sale);
        for line in others {
            self.correct(invoice, line, line.quantity);
        }
        for (index, line) in lines.iter().enumerate() {
            let key = (invoice.customer.as_deref(), &*line.sku, line.price.get());
            let quantity = u32::try_from(line.quantity).expect("lines are checked to be small");
            let piece = Piece { line: index, quantity };
            sold.entry(key).or_default().push((self.sales.len(), piece));
            self.take(&line.sku, line.quantity);
        }
        if !lines.is_empty() {
            self.sales.push((invoice, lines));
        }
    }

    /// Takes back what the same customer bought for the same price; corrects the rest.
    fn cancel(&mut self, invoice: &'a Invoice, sold: &mut Sold<'a>) {
        let mut returns: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
        for line in &invoice.lines {
            let mut left = line.quantity.saturating_neg();
            let key = (invoice.customer.as_deref(), &*line.sku, line.price.get());
            // Whoever did not say who they are is nobody's customer: nothing matches.
            let matching = sold.get_mut(&key).filter(|_| invoice.customer.is_some());
            for (sale, piece) in matching.into_iter().flatten() {
                let here = u32::try_from(left).unwrap_or(0).min(piece.quantity);
                if here > 0 {
                    piece.quantity -= here;
                    left -= i64::from(here);
                    add(returns.entry(*sale).or_default(), piece.line, here);
                }
            }
            if left != 0 {
                self.correct(invoice, line, -left);
            }
        }
        let of_sale = |(sale, pieces)| {
            let by = invoice.number.clone();
            Return { by, at: invoice.at, sale, pieces }
        };
        self.returns.extend(returns.into_iter().map(of_sale));
    }

    fn correct(&mut self, invoice: &'a Invoice, line: &'a Line, quantity: i64) {
        self.take(&line.sku, -quantity.min(0));
        self.corrections.push(Correction { invoice, line, quantity });
    }

    fn take(&mut self, sku: &'a str, pieces: i64) {
        let goods = self.goods.entry(sku).or_default();
        goods.opening += pieces.max(0).unsigned_abs();
    }
}

fn add(pieces: &mut Vec<Piece>, line: usize, quantity: u32) {
    match pieces.iter_mut().find(|it| it.line == line) {
        Some(known) => known.quantity += quantity,
        None => pieces.push(Piece { line, quantity }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trade(lines: &str) -> Trade {
        let head =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
        let lines = lines.replace('@', "2010-12-01 08:26:00");
        Trade::read(format!("{head}{lines}").as_bytes(), 2).unwrap()
    }

    #[test]
    fn a_cancellation_takes_back_what_the_same_customer_bought_for_that_price() {
        let trade = trade(
            "1,A,Apple,6,@,2.50,7,France\n2,A,Apple,5,@,2.50,7,France\n3,A,Apple,9,@,2.60,7,France\n\
             4,A,Apple,9,@,2.50,8,France\nC5,A,Apple,-8,@,2.50,7,France\nC6,A,Apple,-9,@,2.50,7,France\n",
        );
        let plan = Plan::of(&trade);
        let returns: Vec<_> =
            plan.returns.iter().map(|it| (&*it.by, it.sale, it.pieces[0].quantity)).collect();
        assert_eq!(returns, [("C5", 0, 6), ("C5", 1, 2), ("C6", 1, 3)]);
        let corrections: Vec<_> = plan.corrections.iter().map(|it| it.quantity).collect();
        assert_eq!(corrections, [-6]);
        assert_eq!(plan.goods["A"].opening, 29 + 6);
    }

    #[test]
    fn nothing_of_value_is_lost_in_the_plan() {
        let trade = trade(
            "1,A,Apple,6,@,2.50,7,France\n1,B,Book,2,@,0,7,France\n2,A,broken,-3,@,0,,France\n\
             3,D,bad debt,1,@,-10,,France\nC4,A,Apple,-1,@,2.50,7,France\nC4,D,Discount,-1,@,5,7,France\n",
        );
        let plan = Plan::of(&trade);
        let lines = trade.invoices.iter().flat_map(|it| &it.lines);
        let expected: i128 = lines.map(Line::value).sum();
        let sold: i128 = plan.sales.iter().flat_map(|(_, lines)| lines).map(|it| it.value()).sum();
        let back = |it: &Return| -> i128 {
            let lines = &plan.sales[it.sale].1;
            it.pieces.iter().map(|p| i128::from(p.quantity) * lines[p.line].price.get()).sum()
        };
        let back: i128 = plan.returns.iter().map(back).sum();
        let corrected: i128 = plan.corrections.iter().map(Correction::value).sum();
        assert_eq!(sold - back + corrected, expected);
        assert_eq!(plan.corrections.len(), 3);
    }
}
