"""From the checks to the verdict: results, the judge, the registry, purposes and settings."""
