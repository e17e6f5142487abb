/**
 * Responses of sesv2, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
SendBulkEmail SendBulkEmailResponse
SendEmail SendEmailResponse

SendBulkEmailResponse BulkEmailEntryResults!:[BulkEmailEntryResult]
BulkEmailEntryResult Status:#BulkEmailStatus Error:s MessageId:s
SendEmailResponse MessageId:s

#BulkEmailStatus SUCCESS|MESSAGE_REJECTED|MAIL_FROM_DOMAIN_NOT_VERIFIED|CONFIGURATION_SET_NOT_FOUND|TEMPLATE_NOT_FOUND|ACCOUNT_SUSPENDED|ACCOUNT_THROTTLED|ACCOUNT_DAILY_QUOTA_EXCEEDED|INVALID_SENDING_POOL_NAME|ACCOUNT_SENDING_PAUSED|CONFIGURATION_SET_SENDING_PAUSED|INVALID_PARAMETER|TRANSIENT_FAILURE|FAILED
`;
