"""The sections of a report, one file each: protected findings in, blocks out."""
