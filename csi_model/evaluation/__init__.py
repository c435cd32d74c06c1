"""Did a measure work?"""
