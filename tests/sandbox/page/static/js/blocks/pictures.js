/* Where a picture is: on the web, or among the files that were brought to Slack, which this page's server holds. */

export function pictureAddress(holder) {
  return holder.slack_file ? `/slack/file?${new URLSearchParams(holder.slack_file)}` : holder.image_url;
}
