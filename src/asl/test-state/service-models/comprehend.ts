/**
 * Responses of comprehend, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
ClassifyDocument ClassifyDocumentResponse
DetectDominantLanguage DetectDominantLanguageResponse
DetectEntities DetectEntitiesResponse
DetectKeyPhrases DetectKeyPhrasesResponse
DetectPiiEntities DetectPiiEntitiesResponse
DetectSentiment DetectSentimentResponse

ClassifyDocumentResponse Classes:[DocumentClass] Labels:[DocumentLabel] DocumentMetadata:DocumentMetadata DocumentType:[DocumentTypeListItem] Errors:[ErrorsListItem] Warnings:[WarningsListItem]
DocumentClass Name:s1- Score:n Page:n
DocumentLabel Name:s1- Score:n Page:n
DocumentMetadata Pages:n ExtractedCharacters:[ExtractedCharactersListItem]
ExtractedCharactersListItem Page:n Count:n
DocumentTypeListItem Page:n Type:#DocumentType
ErrorsListItem Page:n ErrorCode:#PageBasedErrorCode ErrorMessage:s1-
WarningsListItem Page:n WarnCode:#PageBasedWarningCode WarnMessage:s1-
DetectDominantLanguageResponse Languages:[DominantLanguage]
DominantLanguage LanguageCode:s1- Score:n
DetectEntitiesResponse Entities:[Entity] DocumentMetadata:DocumentMetadata DocumentType:[DocumentTypeListItem] Blocks:[Block] Errors:[ErrorsListItem]
Entity Score:n Type:#EntityType Text:s1- BeginOffset:n EndOffset:n BlockReferences:[BlockReference]
BlockReference BlockId:s1- BeginOffset:n EndOffset:n ChildBlocks:[ChildBlock]
ChildBlock ChildBlockId:s1- BeginOffset:n EndOffset:n
Block Id:s1- BlockType:#BlockType Text:s1- Page:n Geometry:Geometry Relationships:[RelationshipsListItem]
Geometry BoundingBox:BoundingBox Polygon:[Point]
BoundingBox Height:n Left:n Top:n Width:n
Point X:n Y:n
RelationshipsListItem Ids:[s1-] Type:#RelationshipType
DetectKeyPhrasesResponse KeyPhrases:[KeyPhrase]
KeyPhrase Score:n Text:s1- BeginOffset:n EndOffset:n
DetectPiiEntitiesResponse Entities:[PiiEntity]
PiiEntity Score:n Type:#PiiEntityType BeginOffset:n EndOffset:n
DetectSentimentResponse Sentiment:#SentimentType SentimentScore:SentimentScore
SentimentScore Positive:n Negative:n Neutral:n Mixed:n

#DocumentType NATIVE_PDF|SCANNED_PDF|MS_WORD|IMAGE|PLAIN_TEXT|TEXTRACT_DETECT_DOCUMENT_TEXT_JSON|TEXTRACT_ANALYZE_DOCUMENT_JSON
#PageBasedErrorCode TEXTRACT_BAD_PAGE|TEXTRACT_PROVISIONED_THROUGHPUT_EXCEEDED|PAGE_CHARACTERS_EXCEEDED|PAGE_SIZE_EXCEEDED|INTERNAL_SERVER_ERROR
#PageBasedWarningCode INFERENCING_PLAINTEXT_WITH_NATIVE_TRAINED_MODEL|INFERENCING_NATIVE_DOCUMENT_WITH_PLAINTEXT_TRAINED_MODEL
#EntityType PERSON|LOCATION|ORGANIZATION|COMMERCIAL_ITEM|EVENT|DATE|QUANTITY|TITLE|OTHER
#BlockType LINE|WORD
#RelationshipType CHILD
#PiiEntityType BANK_ACCOUNT_NUMBER|BANK_ROUTING|CREDIT_DEBIT_NUMBER|CREDIT_DEBIT_CVV|CREDIT_DEBIT_EXPIRY|PIN|EMAIL|ADDRESS|NAME|PHONE|SSN|DATE_TIME|PASSPORT_NUMBER|DRIVER_ID|URL|AGE|USERNAME|PASSWORD|AWS_ACCESS_KEY|AWS_SECRET_KEY|IP_ADDRESS|MAC_ADDRESS|ALL|LICENSE_PLATE|VEHICLE_IDENTIFICATION_NUMBER|UK_NATIONAL_INSURANCE_NUMBER|CA_SOCIAL_INSURANCE_NUMBER|US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER|UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER|IN_PERMANENT_ACCOUNT_NUMBER|IN_NREGA|INTERNATIONAL_BANK_ACCOUNT_NUMBER|SWIFT_CODE|UK_NATIONAL_HEALTH_SERVICE_NUMBER|CA_HEALTH_NUMBER|IN_AADHAAR|IN_VOTER_NUMBER
#SentimentType POSITIVE|NEGATIVE|NEUTRAL|MIXED
`;
