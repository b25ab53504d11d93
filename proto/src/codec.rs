//! How messages go over the wire: prost, but strict about what comes in.
//!
//! tonic's own codec answers a malformed message with INTERNAL, as if the server had failed, and
//! takes lists of any length: 16 MiB of empty items would become gigabytes of memory.

use std::marker::PhantomData;

use prost::Message;
use prost::bytes::Buf;
use prost::encoding::{DecodeContext, decode_key, skip_field};
use tonic::Status;
use tonic::codec::{BufferSettings, Codec, DecodeBuf, Decoder};
use tonic_prost::{ProstCodec, ProstEncoder};

/// Most fields of a message, an item of a list counted as one. Above the largest batch, so that
/// one item too many is still answered by the batch's own rule.
pub const FIELDS_MAX: usize = 8_190 + 64;

/// See the module's text. `T` is sent, `U` is received.
#[derive(Debug)]
pub struct MessageCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for MessageCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for MessageCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = MessageDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::raw_encoder(BufferSettings::default())
    }

    fn decoder(&mut self) -> Self::Decoder {
        MessageDecoder(PhantomData)
    }
}

/// Reads messages of type `U`.
#[derive(Debug)]
pub struct MessageDecoder<U>(PhantomData<U>);

impl<U: Message + Default> Decoder for MessageDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let length = buffer.remaining();
        let bytes = buffer.chunk();
        assert_eq!(bytes.len(), length, "tonic collects a whole message before it is decoded");
        let message = decode(bytes)?;
        buffer.advance(length);
        Ok(Some(message))
    }
}

fn decode<U: Message + Default>(bytes: &[u8]) -> Result<U, Status> {
    let malformed = |error: prost::DecodeError| {
        Status::invalid_argument(format!("the message is malformed: {error}"))
    };
    if count_fields(bytes).map_err(malformed)? > FIELDS_MAX {
        return Err(Status::invalid_argument(format!(
            "the message has more than {FIELDS_MAX} fields and items"
        )));
    }
    // From a plain slice prost is faster than from tonic's buffer.
    U::decode(bytes).map_err(malformed)
}

/// Fields at the top of a message; it stops at the first one too many.
fn count_fields(mut bytes: &[u8]) -> Result<usize, prost::DecodeError> {
    let mut count = 0;
    while !bytes.is_empty() && count <= FIELDS_MAX {
        let (tag, wire_type) = decode_key(&mut bytes)?;
        skip_field(wire_type, tag, &mut bytes, DecodeContext::default())?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;
    use crate::ledger::v1::{CreateTransfersRequest, NewTransfer};

    fn batch(items: usize) -> Vec<u8> {
        let transfers = vec![NewTransfer::default(); items];
        CreateTransfersRequest { transfers, atomic: true, ..Default::default() }.encode_to_vec()
    }

    #[test]
    fn largest_batch_and_one_item_more_are_read() {
        for items in [0, 1, 8_190, 8_191] {
            let request: CreateTransfersRequest = decode(&batch(items)).unwrap();
            assert_eq!(request.transfers.len(), items);
            assert!(request.atomic);
        }
    }

    #[test]
    fn endless_list_is_refused_before_it_is_in_memory() {
        let status = decode::<CreateTransfersRequest>(&batch(FIELDS_MAX)).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }

    #[test]
    fn malformed_message_is_the_callers_fault() {
        let not_utf8: &[u8] = &[0x0a, 0x03, 0x0a, 0x01, 0xff];
        let cut_off: &[u8] = &[0x0a, 0x7f, 0x00];
        let wrong_type: &[u8] = &[0x08, 0x01];
        for bytes in [not_utf8, cut_off, wrong_type, &[0xff; 12]] {
            let status = decode::<CreateTransfersRequest>(bytes).unwrap_err();
            assert_eq!(status.code(), Code::InvalidArgument, "{bytes:?}");
        }
    }
}
