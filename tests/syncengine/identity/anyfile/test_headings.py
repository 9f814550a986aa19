"""What the headings of a spreadsheet give away."""

from __future__ import annotations

import pytest

from syncengine.identity.anyfile.columns import read_records
from syncengine.identity.anyfile.headings import as_option, guess_columns
from syncengine.identity.anyfile.resolve import resolve
from tests.syncengine.identity.anyfile.labelled import SHARED, measured, senzing


@pytest.mark.parametrize(
    ("headings", "taken"),
    [
        ("Firma;Straße;PLZ;Ort", "name=Firma,street=Straße,city=Ort,postcode=PLZ"),
        ("CompanyName;Customer;VAT_ID", "name=CompanyName,tax_id=VAT_ID"),
        ("Customer;Zip;Address", "name=Customer,street=Address,postcode=Zip"),
        ("Name;Address;Mobile;Phone", "name=Name,address=Address,phone=Phone,phone=Mobile"),
        ("First Name;Last Name;Company;Email", "name=First Name+Last Name,name=Company,email=Email"),
        ("Vorname;Firma", "name=Firma"),
        ("Name;Vorname;Firma", "name=Vorname+Name,name=Firma"),
        ("Nom;Prénom;Ville", "name=Prénom+Nom,city=Ville"),
        ("Nombre;Apellidos;Empresa", "name=Nombre+Apellidos,name=Empresa"),
        ("Nome;Cognome;Nazwa", "name=Nome+Cognome,name=Nazwa"),
        ("Jméno;Příjmení", "name=Jméno+Příjmení"),
        ("Surname;MName;Forename;SSN;Passport", "name=Forename+MName+Surname,person_id=SSN,person_id=Passport"),
        ("Full Address;Street;City;Address", "address=Full Address,street=Street,city=City"),
        ("Street;Address;Country", "street=Street,country=Country"),
        ("Number;Balance", ""),
    ],
)  # fmt: skip
def test_what_columns_hold(headings: str, taken: str) -> None:
    assert as_option(guess_columns(headings.split(";"))) == taken


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled sets are not here")
def test_persons_and_organisations_of_three_lists_by_their_headings_alone() -> None:
    told, truth = senzing()
    files = [SHARED / "senzing_truthset" / f"{name}.csv" for name in ("customers", "reference", "watchlist")]
    headings = {column: None for file in files for column in file.read_text().partition("\n")[0].strip().split(",")}
    records = read_records(files, id_column="RECORD_ID", columns=guess_columns(headings), source="DATA_SOURCE")

    assert records["id"].to_list() == told["id"].to_list()
    assert measured(resolve(records).clusters, truth)["f1"] >= 0.97
