"""Reads the .rds models of old R misha versions, through the rdata library."""
