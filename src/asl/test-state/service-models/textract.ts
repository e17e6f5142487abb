/**
 * Responses of textract, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
AnalyzeDocument AnalyzeDocumentResponse
AnalyzeExpense AnalyzeExpenseResponse
AnalyzeID AnalyzeIDResponse
CreateAdapter CreateAdapterResponse
CreateAdapterVersion CreateAdapterVersionResponse
DetectDocumentText DetectDocumentTextResponse
GetAdapter GetAdapterResponse
GetAdapterVersion GetAdapterVersionResponse
GetDocumentAnalysis GetDocumentAnalysisResponse
GetDocumentTextDetection GetDocumentTextDetectionResponse
GetExpenseAnalysis GetExpenseAnalysisResponse
GetLendingAnalysis GetLendingAnalysisResponse
GetLendingAnalysisSummary GetLendingAnalysisSummaryResponse
ListAdapterVersions ListAdapterVersionsResponse
ListAdapters ListAdaptersResponse
ListTagsForResource ListTagsForResourceResponse
StartDocumentAnalysis StartDocumentAnalysisResponse
StartDocumentTextDetection StartDocumentTextDetectionResponse
StartExpenseAnalysis StartExpenseAnalysisResponse
StartLendingAnalysis StartLendingAnalysisResponse
UpdateAdapter UpdateAdapterResponse

AnalyzeDocumentResponse DocumentMetadata:DocumentMetadata Blocks:[Block] HumanLoopActivationOutput:HumanLoopActivationOutput AnalyzeDocumentModelVersion:s
DocumentMetadata Pages:n0~
Block BlockType:#BlockType Confidence:n0~100 Text:s TextType:#TextType RowIndex:n0~ ColumnIndex:n0~ RowSpan:n0~ ColumnSpan:n0~ Geometry:Geometry Id:s Relationships:[Relationship] EntityTypes:[#EntityType] SelectionStatus:#SelectionStatus Page:n0~ Query:Query
Geometry BoundingBox:BoundingBox Polygon:[Point] RotationAngle:n
BoundingBox Width:n Height:n Left:n Top:n
Point X:n Y:n
Relationship Type:#RelationshipType Ids:[s]
Query Text!:s1-200 Alias:s1-200 Pages:[s1-9]
HumanLoopActivationOutput HumanLoopArn:s-256 HumanLoopActivationReasons:[s] HumanLoopActivationConditionsEvaluationResults:s-10240
AnalyzeExpenseResponse DocumentMetadata:DocumentMetadata ExpenseDocuments:[ExpenseDocument]
ExpenseDocument ExpenseIndex:n0~ SummaryFields:[ExpenseField] LineItemGroups:[LineItemGroup] Blocks:[Block]
ExpenseField Type:ExpenseType LabelDetection:ExpenseDetection ValueDetection:ExpenseDetection PageNumber:n0~ Currency:ExpenseCurrency GroupProperties:[ExpenseGroupProperty]
ExpenseType Text:s Confidence:n0~100
ExpenseDetection Text:s Geometry:Geometry Confidence:n0~100
ExpenseCurrency Code:s Confidence:n0~100
ExpenseGroupProperty Types:[s] Id:s
LineItemGroup LineItemGroupIndex:n0~ LineItems:[LineItemFields]
LineItemFields LineItemExpenseFields:[ExpenseField]
AnalyzeIDResponse IdentityDocuments:[IdentityDocument] DocumentMetadata:DocumentMetadata AnalyzeIDModelVersion:s
IdentityDocument DocumentIndex:n0~ IdentityDocumentFields:[IdentityDocumentField] Blocks:[Block]
IdentityDocumentField Type:AnalyzeIDDetections ValueDetection:AnalyzeIDDetections
AnalyzeIDDetections Text!:s NormalizedValue:NormalizedValue Confidence:n0~100
NormalizedValue Value:s ValueType:#ValueType
CreateAdapterResponse AdapterId:s12-1011
CreateAdapterVersionResponse AdapterId:s12-1011 AdapterVersion:s1-128
DetectDocumentTextResponse DocumentMetadata:DocumentMetadata Blocks:[Block] DetectDocumentTextModelVersion:s
GetAdapterResponse AdapterId:s12-1011 AdapterName:s1-128 CreationTime:s Description:s1-256 FeatureTypes:[#FeatureType] AutoUpdate:#AutoUpdate Tags:{s0-256}
GetAdapterVersionResponse AdapterId:s12-1011 AdapterVersion:s1-128 CreationTime:s FeatureTypes:[#FeatureType] Status:#AdapterVersionStatus StatusMessage:s1-256 DatasetConfig:AdapterVersionDatasetConfig KMSKeyId:s1-2048 OutputConfig:OutputConfig EvaluationMetrics:[AdapterVersionEvaluationMetric] Tags:{s0-256}
AdapterVersionDatasetConfig ManifestS3Object:S3Object
S3Object Bucket:s3-255 Name:s1-1024 Version:s1-1024
OutputConfig S3Bucket!:s3-255 S3Prefix:s1-1024
AdapterVersionEvaluationMetric Baseline:EvaluationMetric AdapterVersion:EvaluationMetric FeatureType:#FeatureType
EvaluationMetric F1Score:n Precision:n Recall:n
GetDocumentAnalysisResponse DocumentMetadata:DocumentMetadata JobStatus:#JobStatus NextToken:s1-1024 Blocks:[Block] Warnings:[Warning] StatusMessage:s AnalyzeDocumentModelVersion:s
Warning ErrorCode:s Pages:[n0~]
GetDocumentTextDetectionResponse DocumentMetadata:DocumentMetadata JobStatus:#JobStatus NextToken:s1-1024 Blocks:[Block] Warnings:[Warning] StatusMessage:s DetectDocumentTextModelVersion:s
GetExpenseAnalysisResponse DocumentMetadata:DocumentMetadata JobStatus:#JobStatus NextToken:s1-1024 ExpenseDocuments:[ExpenseDocument] Warnings:[Warning] StatusMessage:s AnalyzeExpenseModelVersion:s
GetLendingAnalysisResponse DocumentMetadata:DocumentMetadata JobStatus:#JobStatus NextToken:s1-1024 Results:[LendingResult] Warnings:[Warning] StatusMessage:s AnalyzeLendingModelVersion:s
LendingResult Page:n0~ PageClassification:PageClassification Extractions:[Extraction]
PageClassification PageType!:[Prediction] PageNumber!:[Prediction]
Prediction Value:s Confidence:n0~100
Extraction LendingDocument:LendingDocument ExpenseDocument:ExpenseDocument IdentityDocument:IdentityDocument
LendingDocument LendingFields:[LendingField] SignatureDetections:[SignatureDetection]
LendingField Type:s KeyDetection:LendingDetection ValueDetections:[LendingDetection]
LendingDetection Text:s SelectionStatus:#SelectionStatus Geometry:Geometry Confidence:n0~100
SignatureDetection Confidence:n0~100 Geometry:Geometry
GetLendingAnalysisSummaryResponse DocumentMetadata:DocumentMetadata JobStatus:#JobStatus Summary:LendingSummary Warnings:[Warning] StatusMessage:s AnalyzeLendingModelVersion:s
LendingSummary DocumentGroups:[DocumentGroup] UndetectedDocumentTypes:[s]
DocumentGroup Type:s SplitDocuments:[SplitDocument] DetectedSignatures:[DetectedSignature] UndetectedSignatures:[UndetectedSignature]
SplitDocument Index:n0~ Pages:[n0~]
DetectedSignature Page:n0~
UndetectedSignature Page:n0~
ListAdapterVersionsResponse AdapterVersions:[AdapterVersionOverview] NextToken:s1-1024
AdapterVersionOverview AdapterId:s12-1011 AdapterVersion:s1-128 CreationTime:s FeatureTypes:[#FeatureType] Status:#AdapterVersionStatus StatusMessage:s1-256
ListAdaptersResponse Adapters:[AdapterOverview] NextToken:s1-1024
AdapterOverview AdapterId:s12-1011 AdapterName:s1-128 CreationTime:s FeatureTypes:[#FeatureType]
ListTagsForResourceResponse Tags:{s0-256}
StartDocumentAnalysisResponse JobId:s1-64
StartDocumentTextDetectionResponse JobId:s1-64
StartExpenseAnalysisResponse JobId:s1-64
StartLendingAnalysisResponse JobId:s1-64
UpdateAdapterResponse AdapterId:s12-1011 AdapterName:s1-128 CreationTime:s Description:s1-256 FeatureTypes:[#FeatureType] AutoUpdate:#AutoUpdate

#BlockType KEY_VALUE_SET|PAGE|LINE|WORD|TABLE|CELL|SELECTION_ELEMENT|MERGED_CELL|TITLE|QUERY|QUERY_RESULT|SIGNATURE|TABLE_TITLE|TABLE_FOOTER|LAYOUT_TEXT|LAYOUT_TITLE|LAYOUT_HEADER|LAYOUT_FOOTER|LAYOUT_SECTION_HEADER|LAYOUT_PAGE_NUMBER|LAYOUT_LIST|LAYOUT_FIGURE|LAYOUT_TABLE|LAYOUT_KEY_VALUE
#TextType HANDWRITING|PRINTED
#RelationshipType VALUE|CHILD|COMPLEX_FEATURES|MERGED_CELL|TITLE|ANSWER|TABLE|TABLE_TITLE|TABLE_FOOTER
#EntityType KEY|VALUE|COLUMN_HEADER|TABLE_TITLE|TABLE_FOOTER|TABLE_SECTION_TITLE|TABLE_SUMMARY|STRUCTURED_TABLE|SEMI_STRUCTURED_TABLE
#SelectionStatus SELECTED|NOT_SELECTED
#ValueType DATE
#FeatureType TABLES|FORMS|QUERIES|SIGNATURES|LAYOUT
#AutoUpdate ENABLED|DISABLED
#AdapterVersionStatus ACTIVE|AT_RISK|DEPRECATED|CREATION_ERROR|CREATION_IN_PROGRESS
#JobStatus IN_PROGRESS|SUCCEEDED|FAILED|PARTIAL_SUCCESS
`;
