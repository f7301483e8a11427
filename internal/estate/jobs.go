package estate

func (s *Service) handleJobs() {}

type progress struct{}
