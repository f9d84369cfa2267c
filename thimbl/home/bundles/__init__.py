"""Bundles: plans and archives of any accounts in one file, or in the folder of a USB stick.

docs/sneakernet.md says what stands in one. Whoever carries a bundle is trusted with nothing: what is in it is checked
as an answer over the network is, by the same rules (plan-format 4).
"""
