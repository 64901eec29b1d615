.DEFAULT_GOAL := help
.PHONY: help demo test test-crm test-apps test-resilience test-versions stories mutants lint format shell bench check-db i18n screenshots description package lock db-stop clean

PORT ?= 8069
export PORT

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Odoo with the module and demo data on 127.0.0.1:8069 (PORT=…; FRESH=1 for a new database)
	@FRESH="$(FRESH)" dev/env demo

test: ## all tests on fresh databases, tours and updates included (ARGS="-k gate": those, on a kept one)
	@dev/env test $(ARGS)

test-crm: ## Odoo's own CRM tests with the module installed
	@dev/env test-crm

test-apps: ## tests of the apps that touch CRM, and of other addons, with the module and without (ARGS="crm event_crm")
	@dev/env test-apps $(ARGS)

test-resilience: ## two servers with a replica and 50 users, and faults (ARGS="--people 200 --seconds 900 dev/resilience/test_cluster.py")
	@dev/env test-resilience $(ARGS)

test-versions: ## a part of the tests on each Python and PostgreSQL that can be had, in other time zones (ARGS="3.13")
	@dev/env test-versions $(ARGS)

stories: ## 10,000 steps of stories that are made up (ARGS="--seed 17 --stories 4000"; goes on where it was stopped)
	@dev/env stories $(ARGS)

mutants: ## mutation testing, at low priority (ARGS="gate history --count 100 --seed 7", "--again": what survived)
	@dev/env mutants $(ARGS)

lint: ## check the form of Python, XML, JavaScript and shell, and the links of the documents
	@dev/env lint

format: ## fix the form of Python, XML and JavaScript
	@dev/env format

shell: ## Odoo's shell on the demo database
	@dev/env shell

bench: ## benchmarks with a million leads, on kept databases (ARGS="--quick", "--fresh", "explain", "growth")
	@dev/env bench $(ARGS)

check-db: ## whether the records in a database fit together (DB=…; without it the demo's)
	@dev/env check-db "$(DB)"

i18n: ## bring the translation files up to date with the code
	@dev/env i18n

screenshots: ## the pictures of docs/images from a demo (URL=… for one that runs; ARGS="kanban" for some, "all" for every screen, to look at)
	@URL="$(URL)" dev/env screenshots $(ARGS)

description: ## the addon's README, its page in Odoo's Apps and its icon, from their sources
	@dev/env description

package: ## the addon as a wheel for pip, in .odoo-env/dist
	@dev/env package

lock: ## renew the pinned versions of Python and npm packages
	@dev/env lock

db-stop: ## stop the private PostgreSQL (it starts by itself when needed)
	@dev/env db-stop

clean: ## stop the private PostgreSQL and remove everything that was set up
	@dev/env clean
