"""Pure vocabulary of Belfry: what is watched, and by which rules. No Pulumi, no network, no clock."""
