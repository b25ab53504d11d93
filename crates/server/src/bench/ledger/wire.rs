use std::collections::VecDeque;
use std::time::Instant;

use ::ledger::{AccountId, TransferId};
use anyhow::{Context as _, ensure};
use proto::ledger::v1::{CreateTransfersRequest, CreateTransfersResponse, NewTransfer};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::super::load::{Load, Movement};
use super::drive::{Driven, Expected, Meter, Plan, sizes};
use crate::cli::connect::{Connection, explain};
use crate::operator::token::file;
use crate::serve::Server;

/// Over the streaming call of gRPC, on loopback.
pub(super) async fn drive(
    server: &Server,
    plan: &Plan,
    load: &mut Load,
    accounts: u32,
) -> anyhow::Result<Driven> {
    let token = file::read(&server.data().token())?.context("the server has a token")?;
    let connection = Connection::new(server.url(), token.as_str());
    let mut client = connection.ledger().await?;
    let names: Vec<String> = (0..accounts)
        .map(|index| AccountId::from_u128(plan.first_account + u128::from(index)).to_string())
        .collect();
    let (batches, receiver) = mpsc::channel(plan.in_flight);
    let answers = client.create_transfers_stream(ReceiverStream::new(receiver)).await;
    let mut answers = answers.map_err(|status| explain(&status))?.into_inner();
    let mut expected = Expected::of(accounts);
    let mut meter = Meter::start();
    let mut under_way: VecDeque<(usize, Instant)> = VecDeque::new();
    for size in sizes(plan) {
        if under_way.len() >= plan.in_flight {
            receive(&mut answers, &mut under_way, &mut meter).await?;
        }
        let movements = load.batch(size);
        expected.add(&movements);
        let transfers = movements.iter().map(|movement| transfer(&names, movement)).collect();
        let request = CreateTransfersRequest {
            transfers,
            results_only_failed: true,
            ..CreateTransfersRequest::default()
        };
        under_way.push_back((size, Instant::now()));
        batches.send(request).await.context("the server ended the stream")?;
    }
    while !under_way.is_empty() {
        receive(&mut answers, &mut under_way, &mut meter).await?;
    }
    Ok(meter.finish(expected))
}

async fn receive(
    answers: &mut Streaming<CreateTransfersResponse>,
    under_way: &mut VecDeque<(usize, Instant)>,
    meter: &mut Meter,
) -> anyhow::Result<()> {
    let answer = answers.message().await.map_err(|status| explain(&status))?;
    let answer = answer.context("the server ended the stream")?;
    let (size, sent) = under_way.pop_front().context("an answer without a question")?;
    let created = usize::try_from(answer.created_count)?;
    ensure!(created == size, "{} of {size} transfers were refused", answer.failed_count);
    meter.answered(size, sent.elapsed());
    Ok(())
}

fn transfer(names: &[String], movement: &Movement) -> NewTransfer {
    NewTransfer {
        id: TransferId::from_u128(movement.id).to_string(),
        debit_account: names[movement.debit as usize].clone(),
        credit_account: names[movement.credit as usize].clone(),
        amount: movement.amount.to_string(),
        asset: super::ASSET.to_owned(),
        ..NewTransfer::default()
    }
}
