/**
 * Responses of ses, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
SendBulkTemplatedEmail SendBulkTemplatedEmailResponse
SendEmail SendEmailResponse
SendRawEmail SendRawEmailResponse
SendTemplatedEmail SendTemplatedEmailResponse

SendBulkTemplatedEmailResponse Status!:[BulkEmailDestinationStatus]
BulkEmailDestinationStatus Status:#BulkEmailStatus Error:s MessageId:s
SendEmailResponse MessageId!:s
SendRawEmailResponse MessageId!:s
SendTemplatedEmailResponse MessageId!:s

#BulkEmailStatus Success|MessageRejected|MailFromDomainNotVerified|ConfigurationSetDoesNotExist|TemplateDoesNotExist|AccountSuspended|AccountThrottled|AccountDailyQuotaExceeded|InvalidSendingPoolName|AccountSendingPaused|ConfigurationSetSendingPaused|InvalidParameterValue|TransientFailure|Failed
`;
