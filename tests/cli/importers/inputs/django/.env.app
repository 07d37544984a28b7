# what developers share
ALLOWED_HOSTS=localhost,shop.example.com
export EMAIL_HOST_PASSWORD='smtp pass phrase'
SENTRY_DSN=https://abcdef0123456789@o1.ingest.sentry.io/42
AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP
AWS_REGION=eu-west-1
PAGE_SIZE=50   # rows
