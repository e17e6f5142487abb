/**
 * Responses of translate, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
StartTextTranslationJob StartTextTranslationJobResponse
TranslateDocument TranslateDocumentResponse
TranslateText TranslateTextResponse

StartTextTranslationJobResponse JobId:s1-32 JobStatus:#JobStatus
TranslateDocumentResponse TranslatedDocument!:TranslatedDocument SourceLanguageCode!:s2-5 TargetLanguageCode!:s2-5 AppliedTerminologies:[AppliedTerminology] AppliedSettings:TranslationSettings
TranslatedDocument Content!:s
AppliedTerminology Name:s1-256 Terms:[Term]
Term SourceText:s-10000 TargetText:s-10000
TranslationSettings Formality:#Formality Profanity:#Profanity Brevity:#Brevity
TranslateTextResponse TranslatedText!:s-20000 SourceLanguageCode!:s2-5 TargetLanguageCode!:s2-5 AppliedTerminologies:[AppliedTerminology] AppliedSettings:TranslationSettings

#JobStatus SUBMITTED|IN_PROGRESS|COMPLETED|COMPLETED_WITH_ERROR|FAILED|STOP_REQUESTED|STOPPED
#Formality FORMAL|INFORMAL
#Profanity MASK
#Brevity ON
`;
