/** https://sns.<region>.amazonaws.com, and .com.cn for China: no user, no port, no other letters in the host. */
const HOST = String.raw`https://sns\.[a-z]{2}(?:-[a-z]{1,12}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?`;
const CERTIFICATE = new RegExp(`^${HOST}/SimpleNotificationService-[A-Za-z0-9]{1,64}\\.pem$`);
const CONFIRMATION = new RegExp(`^${HOST}/\\?Action=ConfirmSubscription&[A-Za-z0-9=&%:_.~+-]{1,1500}$`);

/** arn:aws:sns:eu-west-1:123456789012:mail-events */
export const TOPIC =
  /^arn:aws(-[a-z]{2,10}){0,2}:sns:[a-z]{2}(-[a-z]{1,12}){1,3}-\d{1,2}:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

/** Whether Amazon SNS keeps a certificate there that it signs with. Nothing else is fetched, whoever names it. */
export const isAmazonCertificate = (url: string): boolean => CERTIFICATE.test(url);

/** Whether a call there confirms a subscription of Amazon SNS, and does nothing else. */
export const isAmazonConfirmation = (url: string): boolean => CONFIRMATION.test(url);
