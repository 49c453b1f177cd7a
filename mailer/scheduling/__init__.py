"""The schedule: looks at campaigns, prepares what comes near, sends what is due, and reports."""
