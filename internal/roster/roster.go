// Package roster brings a company's tables in: reading them under the titles
// other systems use, comparing them with what is stored, all of it or nothing,
// and taking an import back; and the list of vehicles, which wait here for a
// room of their own. Rooms and people are written by the bulk commands
// of estate; rooms above bring further kinds of sheets by the socket Importer.
// Floor 3. Uses: audit, file, estate.
package roster

import (
	"linli/internal/audit"
	"linli/internal/estate"
	"linli/internal/file"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/job"
)

// PermImport is the right to bring tables in. It, the jobs, the acts in the
// log and the older tables are named estate: they are older than this room.
const PermImport actor.Permission = "estate.import"

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Audit  *audit.Service
	Ring   *crypt.Ring
	Files  *file.Service
	Jobs   *job.Queue
	Estate *estate.Service
}

// Service is the room. Safe for concurrent use.
type Service struct {
	db       *db.DB
	audit    *audit.Service
	ring     *crypt.Ring
	files    *file.Service
	jobs     *job.Queue
	estate   *estate.Service
	progress progress

	importers map[string]Importer // by kind
}

// New builds the room and registers its jobs.
func New(d Deps) *Service {
	s := &Service{db: d.DB, audit: d.Audit, ring: d.Ring, files: d.Files, jobs: d.Jobs, estate: d.Estate, importers: map[string]Importer{}}
	s.TakeImports(vehicles{s: s})
	s.handleJobs()
	return s
}
