use super::{Callback, Report};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::MailId;
use crate::messages::{MessageStatus, store};

impl Notifications {
    /// Where providers report what became of a message. They sign this very text.
    pub(super) fn sms_status_url(&self, id: MailId) -> String {
        format!("{}/v1/notifications/sms/{id}/status", self.options.public_url)
    }

    /// Takes in what a provider says of a message that it took.
    pub(crate) async fn take_sms_status(
        &self,
        id: MailId,
        signature: &str,
        fields: &[(String, String)],
    ) -> Result<(), NotificationsError> {
        let address = self.sms_status_url(id);
        let callback = Callback { address: &address, fields, signature };
        let mut providers = self.sms.providers.iter();
        let report = providers.find_map(|(provider, _)| provider.read(&callback));
        let (status, said) = match report.ok_or(NotificationsError::SmsSignatureRefused)? {
            Report::OnItsWay => return Ok(()),
            Report::Delivered(said) => (MessageStatus::Delivered, said),
            Report::Failed(said) => (MessageStatus::Failed, said),
        };
        match store::report(&self.database, self.clock.now(), id, status, &said).await? {
            true => Ok(()),
            false => Err(NotificationsError::MessageNotFound),
        }
    }
}
