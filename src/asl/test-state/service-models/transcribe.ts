/**
 * Responses of transcribe, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
GetTranscriptionJob GetTranscriptionJobResponse
ListTranscriptionJobs ListTranscriptionJobsResponse
StartTranscriptionJob StartTranscriptionJobResponse

GetTranscriptionJobResponse TranscriptionJob:TranscriptionJob
TranscriptionJob TranscriptionJobName:s1-200 TranscriptionJobStatus:#TranscriptionJobStatus LanguageCode:#LanguageCode MediaSampleRateHertz:n8000~48000 MediaFormat:#MediaFormat Media:Media Transcript:Transcript StartTime:s CreationTime:s CompletionTime:s FailureReason:s Settings:Settings ModelSettings:ModelSettings JobExecutionSettings:JobExecutionSettings ContentRedaction:ContentRedaction IdentifyLanguage:b IdentifyMultipleLanguages:b LanguageOptions:[#LanguageCode] IdentifiedLanguageScore:n LanguageCodes:[LanguageCodeItem] Tags:[Tag] Subtitles:SubtitlesOutput LanguageIdSettings:{LanguageIdSettings} ToxicityDetection:[ToxicityDetectionSettings]
Media MediaFileUri:s1-2000 RedactedMediaFileUri:s1-2000
Transcript TranscriptFileUri:s1-2000 RedactedTranscriptFileUri:s1-2000
Settings VocabularyName:s1-200 ShowSpeakerLabels:b MaxSpeakerLabels:n2~30 ChannelIdentification:b ShowAlternatives:b MaxAlternatives:n2~10 VocabularyFilterName:s1-200 VocabularyFilterMethod:#VocabularyFilterMethod
ModelSettings LanguageModelName:s1-200
JobExecutionSettings AllowDeferredExecution:b DataAccessRoleArn:s20-2048
ContentRedaction RedactionType!:#RedactionType RedactionOutput!:#RedactionOutput PiiEntityTypes:[#PiiEntityType]
LanguageCodeItem LanguageCode:#LanguageCode DurationInSeconds:n
Tag Key!:s1-128 Value!:s0-256
SubtitlesOutput Formats:[#SubtitleFormat] SubtitleFileUris:[s1-2000] OutputStartIndex:n0~1
LanguageIdSettings VocabularyName:s1-200 VocabularyFilterName:s1-200 LanguageModelName:s1-200
ToxicityDetectionSettings ToxicityCategories!:[#ToxicityCategory]
ListTranscriptionJobsResponse Status:#TranscriptionJobStatus NextToken:s-8192 TranscriptionJobSummaries:[TranscriptionJobSummary]
TranscriptionJobSummary TranscriptionJobName:s1-200 CreationTime:s StartTime:s CompletionTime:s LanguageCode:#LanguageCode TranscriptionJobStatus:#TranscriptionJobStatus FailureReason:s OutputLocationType:#OutputLocationType ContentRedaction:ContentRedaction ModelSettings:ModelSettings IdentifyLanguage:b IdentifyMultipleLanguages:b IdentifiedLanguageScore:n LanguageCodes:[LanguageCodeItem] ToxicityDetection:[ToxicityDetectionSettings]
StartTranscriptionJobResponse TranscriptionJob:TranscriptionJob

#TranscriptionJobStatus QUEUED|IN_PROGRESS|FAILED|COMPLETED
#LanguageCode af-ZA|ar-AE|ar-SA|da-DK|de-CH|de-DE|en-AB|en-AU|en-GB|en-IE|en-IN|en-US|en-WL|es-ES|es-US|fa-IR|fr-CA|fr-FR|he-IL|hi-IN|id-ID|it-IT|ja-JP|ko-KR|ms-MY|nl-NL|pt-BR|pt-PT|ru-RU|ta-IN|te-IN|tr-TR|zh-CN|zh-TW|th-TH|en-ZA|en-NZ|vi-VN|sv-SE|ab-GE|ast-ES|az-AZ|ba-RU|be-BY|bg-BG|bn-IN|bs-BA|ca-ES|ckb-IQ|ckb-IR|cs-CZ|cy-WL|el-GR|et-EE|et-ET|eu-ES|fi-FI|gl-ES|gu-IN|ha-NG|hr-HR|hu-HU|hy-AM|is-IS|ka-GE|kab-DZ|kk-KZ|kn-IN|ky-KG|lg-IN|lt-LT|lv-LV|mhr-RU|mi-NZ|mk-MK|ml-IN|mn-MN|mr-IN|mt-MT|no-NO|or-IN|pa-IN|pl-PL|ps-AF|ro-RO|rw-RW|si-LK|sk-SK|sl-SI|so-SO|sr-RS|su-ID|sw-BI|sw-KE|sw-RW|sw-TZ|sw-UG|tl-PH|tt-RU|ug-CN|uk-UA|uz-UZ|wo-SN|zh-HK|zu-ZA
#MediaFormat mp3|mp4|wav|flac|ogg|amr|webm|m4a
#VocabularyFilterMethod remove|mask|tag
#RedactionType PII
#RedactionOutput redacted|redacted_and_unredacted
#PiiEntityType BANK_ACCOUNT_NUMBER|BANK_ROUTING|CREDIT_DEBIT_NUMBER|CREDIT_DEBIT_CVV|CREDIT_DEBIT_EXPIRY|PIN|EMAIL|ADDRESS|NAME|PHONE|SSN|ALL
#SubtitleFormat vtt|srt
#ToxicityCategory ALL
#OutputLocationType CUSTOMER_BUCKET|SERVICE_BUCKET
`;
