package audit

// Step makes a search look through so few entries at a time that a test has more.
func (s *Service) Step(n int) { s.step = n }
