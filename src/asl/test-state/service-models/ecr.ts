/**
 * Responses of ecr, in the notation of service-model.ts. Written by scripts/write-service-models.mjs from the
 * service's public API model.
 * @module
 */
export const MODEL: string = `
BatchGetImage BatchGetImageResponse
DescribeImageScanFindings DescribeImageScanFindingsResponse
DescribeImages DescribeImagesResponse
ListImages ListImagesResponse
PutImage PutImageResponse

BatchGetImageResponse images:[Image] failures:[ImageFailure]
Image registryId:s repositoryName:s2-256 imageId:ImageIdentifier imageManifest:s1-4194304 imageManifestMediaType:s
ImageIdentifier imageDigest:s imageTag:s1-300
ImageFailure imageId:ImageIdentifier failureCode:#ImageFailureCode failureReason:s
DescribeImageScanFindingsResponse registryId:s repositoryName:s2-256 imageId:ImageIdentifier imageScanStatus:ImageScanStatus imageScanFindings:ImageScanFindings nextToken:s
ImageScanStatus status:#ScanStatus description:s
ImageScanFindings imageScanCompletedAt:s vulnerabilitySourceUpdatedAt:s findingSeverityCounts:{n0~} findings:[ImageScanFinding] enhancedFindings:[EnhancedImageScanFinding]
ImageScanFinding name:s description:s uri:s severity:#FindingSeverity attributes:[Attribute]
Attribute key!:s1-128 value:s1-256
EnhancedImageScanFinding awsAccountId:s description:s findingArn:s firstObservedAt:s lastObservedAt:s packageVulnerabilityDetails:PackageVulnerabilityDetails remediation:Remediation resources:[Resource] score:n scoreDetails:ScoreDetails severity:s status:s title:s type:s updatedAt:s fixAvailable:s exploitAvailable:s
PackageVulnerabilityDetails cvss:[CvssScore] referenceUrls:[s] relatedVulnerabilities:[s] source:s sourceUrl:s vendorCreatedAt:s vendorSeverity:s vendorUpdatedAt:s vulnerabilityId:s vulnerablePackages:[VulnerablePackage]
CvssScore baseScore:n scoringVector:s source:s version:s
VulnerablePackage arch:s epoch:n filePath:s name:s packageManager:s release:s sourceLayerHash:s version:s fixedInVersion:s
Remediation recommendation:Recommendation
Recommendation url:s text:s
Resource details:ResourceDetails id:s tags:{s} type:s
ResourceDetails awsEcrContainerImage:AwsEcrContainerImageDetails
AwsEcrContainerImageDetails architecture:s author:s imageHash:s imageTags:[s1-300] platform:s pushedAt:s lastInUseAt:s inUseCount:n0~ registry:s repositoryName:s2-256
ScoreDetails cvss:CvssScoreDetails
CvssScoreDetails adjustments:[CvssScoreAdjustment] score:n scoreSource:s scoringVector:s version:s
CvssScoreAdjustment metric:s reason:s
DescribeImagesResponse imageDetails:[ImageDetail] nextToken:s
ImageDetail registryId:s repositoryName:s2-256 imageDigest:s imageTags:[s1-300] imageSizeInBytes:n imagePushedAt:s imageScanStatus:ImageScanStatus imageScanFindingsSummary:ImageScanFindingsSummary imageManifestMediaType:s artifactMediaType:s lastRecordedPullTime:s subjectManifestDigest:s imageStatus:#ImageStatus lastArchivedAt:s lastActivatedAt:s
ImageScanFindingsSummary imageScanCompletedAt:s vulnerabilitySourceUpdatedAt:s findingSeverityCounts:{n0~}
ListImagesResponse imageIds:[ImageIdentifier] nextToken:s
PutImageResponse image:Image

#ImageFailureCode InvalidImageDigest|InvalidImageTag|ImageTagDoesNotMatchDigest|ImageNotFound|MissingDigestAndTag|ImageReferencedByManifestList|KmsError|UpstreamAccessDenied|UpstreamTooManyRequests|UpstreamUnavailable|ImageInaccessible
#ScanStatus IN_PROGRESS|COMPLETE|FAILED|UNSUPPORTED_IMAGE|ACTIVE|PENDING|SCAN_ELIGIBILITY_EXPIRED|FINDINGS_UNAVAILABLE|LIMIT_EXCEEDED|IMAGE_ARCHIVED
#FindingSeverity INFORMATIONAL|LOW|MEDIUM|HIGH|CRITICAL|UNDEFINED
#ImageStatus ACTIVE|ARCHIVED|ACTIVATING
`;
